// The worked example of docs/channel.md, made by another implementation (HChaCha20 written out in
// Python, the rest from its cryptography and hashlib modules).
#pragma once

#include <string_view>

namespace flywall::replication::golden {

inline constexpr std::string_view kFirst =
    "0101000012a5622b7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f0"
    "7f74892cb0f73f137655b1da5b6e698407c3891d751c15df9b1df1b8eaf7a35c"
    "742fa2a551fa6fc246906cbf81d1c4273ded38943b9debcc63cf864d05e09335"
    "f0572d3d4ae0401e3ee0b23680aeff07720654b8f681da8ffcf117b2c7e50eb8"
    "f7c30657e3bdb06f743650011da50bcebead218b122f1987c1b52f6bfd2a86ad"
    "24b8ccedd0da3c845ba4f9eeec824d0df868660f9aac79169d08e6f04b43a602"
    "182580924787755b3373d714745c8755d769e957d48efcc5a1a8c2ca2768c186"
    "d2c8b2bdd07a4ef6ca6546bdcf74d51fc2aa1018e3268296d9108159c6006ccd"
    "499e4b2162eca4d8630ed08aa12e7250";
inline constexpr std::string_view kSecond =
    "0201000012a5622b0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22"
    "a1c4cf2678570f20defcc11fd9fd142d52baceb5380a69b544ec137b71906c35"
    "386cd2723803a044c8bba4c23c34f9f346d911db4e918daa082159b3ad51d9e1"
    "f0a59b2d201809abd9584f3ccf1f545bbfd999a908361fdb63e909a09d1985af"
    "0c5d8b7a6f554484be19cd0a91f8ae62214fdc9cec17cc8192ee69e62e1b5e38"
    "db80d5033a529faf742d5b3a19a433d8bf8c63338bd697fc37dd8ea1fb54ac94"
    "6fa74fcac0778d3a18211de394a1e2d80f7fa245470cce438e82f960f5637437"
    "1b17dc27582a718428d5e7f6a9bd806eed5c88caa0e4b3267c26835121bc380e"
    "70951268bfde67c00a6421990226c9ce";
inline constexpr std::string_view kThird = "adddc3b7a534b5ad99409fff24c8d20c";
inline constexpr std::string_view kClear =
    "000000000000002ada85e7f8822f76a001000c00000001020005666c6f777302"
    "00090000000168656c6c6f06000800000000000003e8";
inline constexpr std::string_view kRecord =
    "0100004690ea985f5b1af74fea97aaca9ea64362f552061eaf0355e03edf3318"
    "a3ea0de11334c8b2be1ab35ef6631f990e19778024ea614d871163fa34aba49d"
    "331554b897975b7f5247";
inline constexpr std::string_view kAfterRekey =
    "010000462aa8eaa360e4d92c35266c4a66b17179c194dba483836abdd56f6683"
    "83b51f2c29725756abef3c68c57fc99c6c198ebc9cd8ec0f836491ac248f28aa"
    "e4bddb0efa4d5c0e0d66";

}  // namespace flywall::replication::golden
