// Any bytes as a configuration in HCL.
#include "tests/fuzz/read_configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  read_configuration("fuzz.hcl", bytes, size);
  return 0;
}
