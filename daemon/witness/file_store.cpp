#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "daemon/witness/observed_lock.hpp"
#include "daemon/witness/record_store.hpp"

namespace flywall::witness {

namespace {

// Of file systems that promise less about rename, fsync and locks than a local one. include/uapi/
// linux/magic.h names the first three; the others are those of the drivers' own sources.
constexpr std::array<std::uint32_t, 8> kNetworkFileSystems{
    NFS_SUPER_MAGIC,       SMB_SUPER_MAGIC,       AFS_SUPER_MAGIC,       0xff534d42 /* CIFS */,
    0xfe534d42 /* SMB2 */, 0x00c36400 /* Ceph */, 0x65735546 /* FUSE */, 0x01021997 /* 9P */};
constexpr Duration kLockLimit = 2s;
constexpr Duration kLockPause = 2ms;

class FileStore : public RecordStore {
 public:
  explicit FileStore(std::string path) : path_(std::move(path)) {}

  Result<std::optional<Stored>> read() override {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) return fail_errno("cannot open the lock file " + path_, errno);
    std::array<char, kMaxRecordText + 1> text{};
    const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
    if (size < 0) return fail_errno("cannot read the lock file " + path_, errno);
    if (size > static_cast<ssize_t>(kMaxRecordText))
      return fail(ErrorKind::invalid, "the lock file " + path_ + " is not one of flywall");
    std::string value(text.data(), static_cast<std::size_t>(size));
    return Stored{.value = value, .version = value};
  }

  Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) override {
    auto guard = lock();
    if (!guard) return std::unexpected(guard.error());
    auto present = read();
    if (!present) return std::unexpected(present.error());
    const bool same = present->has_value() == expected.has_value() &&
                      (!expected || (*present)->version == expected->version);
    if (!same) return false;
    if (auto written = write(value); !written) return std::unexpected(written.error());
    return true;
  }

  std::string name() const override { return "file " + path_; }

 private:
  // Writers exclude each other by a second file, which stays: the record itself is renamed away.
  Result<Descriptor> lock() {
    const std::string path = path_ + ".guard";
    Descriptor guard(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!guard) return fail_errno("cannot open " + path, errno);
    struct flock whole{};
    whole.l_type = F_WRLCK;
    const Time limit = now() + kLockLimit;
    while (::fcntl(guard.get(), F_OFD_SETLK, &whole) != 0) {
      if (errno != EAGAIN && errno != EACCES) return fail_errno("cannot lock " + path, errno);
      if (now() >= limit) return fail(ErrorKind::timed_out, "cannot lock " + path + ": it is held");
      ::poll(nullptr, 0, static_cast<int>(kLockPause / 1ms));
    }
    return guard;
  }

  Result<void> write(const std::string& value) {
    const std::string path = path_ + ".new";
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return fail_errno("cannot write " + path, errno);
    if (::write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()) ||
        ::fsync(file.get()) != 0)
      return fail_errno("cannot write " + path, errno);
    if (::rename(path.c_str(), path_.c_str()) != 0)
      return fail_errno("cannot put " + path + " in its place", errno);
    const std::string folder = std::filesystem::path(path_).parent_path();
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0)
      return fail_errno("cannot make " + path_ + " durable", errno);
    return {};
  }

  std::string path_;
};

}  // namespace

Result<std::unique_ptr<RecordStore>> file_store(const std::string& path, bool allow_network_fs) {
  const std::string folder = std::filesystem::path(path).parent_path();
  struct statfs about{};
  if (::statfs(folder.c_str(), &about) != 0)
    return fail_errno("cannot use " + path + " as a lock: its folder", errno);
  const auto kind = static_cast<std::uint32_t>(about.f_type);
  const bool network = std::find(kNetworkFileSystems.begin(), kNetworkFileSystems.end(), kind) !=
                       kNetworkFileSystems.end();
  if (network && !allow_network_fs)
    return fail(ErrorKind::invalid,
                path +
                    " lies on a network file system, whose locks and renames may lie; set "
                    "allow_network_fs = true if you know that they do not");
  return std::make_unique<FileStore>(path);
}

}  // namespace flywall::witness
