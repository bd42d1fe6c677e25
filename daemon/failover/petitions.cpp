#include "daemon/failover/petitions.hpp"

#include <utility>

namespace flywall::failover {

std::uint64_t Petitions::open(Petition petition) {
  petition.number = ++last_;
  open_[last_ % kUnderWay] = petition;
  return last_;
}

std::optional<Petition> Petitions::close(std::uint64_t number) {
  Petition& petition = open_[number % kUnderWay];
  if (number == 0 || petition.number != number) return std::nullopt;
  return std::exchange(petition, Petition{});
}

void Petitions::lose_askers() {
  for (Petition& petition : open_) petition.request = 0;
}

}  // namespace flywall::failover
