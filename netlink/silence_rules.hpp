// The nftables transaction behind AnswerSilence: pure.
//
//  table arp flywall_quiet_TAG { flags owner
//    in:  request for one of the addresses: drop        out: sender is one of them: drop }
//  table ip6 flywall_quiet_TAG { flags owner
//    in:  solicitation for one of them: drop            out: advertisement of one of them, and
//                                                            solicitation from one of them: drop }
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct SilenceTransaction {
  std::vector<std::uint8_t> bytes;
  std::uint32_t last_sequence = 0;  // of the answer that means "done"
};

// A table only for a family that has addresses. Precondition: at least one address.
SilenceTransaction silence_transaction(AddressTag tag, std::span<const IpAddress> addresses);

}  // namespace flywall::netlink
