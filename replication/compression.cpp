#include "replication/compression.hpp"

#include <zstd.h>

#include "base/check.hpp"

namespace flywall::replication {

namespace {

constexpr int kLevel = 1;

void must(std::size_t code) { FLYWALL_CHECK(ZSTD_isError(code) == 0); }

}  // namespace

void Packer::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void Unpacker::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Packer::Packer() : context_(ZSTD_createCCtx()) {
  FLYWALL_CHECK(context_ != nullptr);
  must(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel));
  must(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kWindowLog));
}

std::size_t Packer::pack(Bytes message, MutableBytes room) {
  FLYWALL_CHECK(message.size() <= kMaxMessage && room.size() >= kMaxPacked);
  ZSTD_inBuffer in{message.data(), message.size(), 0};
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, ZSTD_e_flush);
  must(left);
  FLYWALL_CHECK(left == 0 && in.pos == in.size);
  return out.pos;
}

std::size_t Packer::memory() const { return ZSTD_sizeof_CCtx(context_.get()); }

Unpacker::Unpacker() : context_(ZSTD_createDCtx()) {
  FLYWALL_CHECK(context_ != nullptr);
  must(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLog));
}

std::optional<std::size_t> Unpacker::unpack(Bytes packed, MutableBytes room) {
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  while (true) {
    const std::size_t before = in.pos + out.pos;
    const std::size_t wanted = ZSTD_decompressStream(context_.get(), &out, &in);
    // Zero would end the zstd frame, which a stream never does.
    if (ZSTD_isError(wanted) != 0 || wanted == 0) return std::nullopt;
    if (in.pos + out.pos == before || (in.pos == in.size && out.pos < out.size)) break;
  }
  // With a full room, more may wait inside: one byte too many shows it.
  std::uint8_t surplus = 0;
  ZSTD_outBuffer more{&surplus, 1, 0};
  if (in.pos != in.size) return std::nullopt;
  if (out.pos == out.size &&
      (ZSTD_isError(ZSTD_decompressStream(context_.get(), &more, &in)) != 0 || more.pos != 0))
    return std::nullopt;
  return out.pos;
}

std::size_t Unpacker::memory() const { return ZSTD_sizeof_DCtx(context_.get()); }

}  // namespace flywall::replication
