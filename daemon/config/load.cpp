#include "daemon/config/load.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "daemon/config/hcl.hpp"

namespace flywall::config {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int value() const { return value_; }

 private:
  int value_;
};

// Non-blocking, so that a named pipe cannot hold us.
Result<FileContent> read_file(const std::string& path) {
  const std::string attempt = path + ": cannot read this file";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (file.value() < 0 || fstat(file.value(), &status) != 0) return fail_errno(attempt, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::invalid, attempt + ": not a regular file");
  FileContent content{.text = {}, .readable_by_all = (status.st_mode & S_IROTH) != 0};
  std::array<char, 16384> chunk{};
  while (content.text.size() <= kMaxTextSize) {
    const ssize_t count = ::read(file.value(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(attempt, errno);
    if (count == 0) break;
    content.text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return content;
}

std::string name_of_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

Environment Environment::of_process() {
  return {.variable = [](std::string_view name) -> std::optional<std::string> {
            const char* value = std::getenv(std::string(name).c_str());
            return value ? std::optional<std::string>(value) : std::nullopt;
          },
          .file = read_file,
          .host_name = name_of_host()};
}

Outcome load(const std::string& path, const Environment& environment) {
  auto content = environment.file(path);
  if (content) return read(path, std::move(*content), environment);
  Problems problems;
  problems.error({{}, 0}, content.error().message);
  Outcome outcome;
  outcome.diagnostics = problems.take();
  outcome.sources.emplace_back(path, "");
  return outcome;
}

}  // namespace flywall::config
