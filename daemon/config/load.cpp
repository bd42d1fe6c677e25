#include "daemon/config/load.hpp"
#include "base/descriptor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/descriptor.hpp"
#include "daemon/config/yaml.hpp"

namespace flywall::config {

namespace {

// Non-blocking, so that a named pipe cannot hold us.
Result<FileContent> read_file(const std::string& path) {
  const std::string attempt = path + ": cannot read this file";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0) return fail_errno(attempt, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::invalid, attempt + ": not a regular file");
  FileContent content{.text = {}, .readable_by_all = (status.st_mode & S_IROTH) != 0};
  std::array<char, 16384> chunk{};
  while (content.text.size() <= kMaxTextSize) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(attempt, errno);
    if (count == 0) break;
    content.text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return content;
}

// The main file, then its fragments; hidden files (editors' copies) are none.
std::vector<std::string> files_of(const std::string& path, Problems& problems) {
  namespace fs = std::filesystem;
  std::vector<std::string> fragments;
  std::error_code ignored;
  const fs::path folder = fs::path(path).parent_path() / "conf.d";
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with('.') && (name.ends_with(".hcl") || is_yaml(name)))
      fragments.push_back(entry->path().string());
  }
  if (ignored && ignored != std::errc::no_such_file_or_directory)
    problems.error({{}, 0}, folder.string() + ": cannot list this folder: " + ignored.message());
  if (fragments.size() > kMaxFragments)
    problems.error({{}, 0},
                   folder.string() + ": more than " + std::to_string(kMaxFragments) + " files");
  std::ranges::sort(fragments);
  fragments.insert(fragments.begin(), path);
  return fragments;
}

bool machine_has_address(const IpAddress& wanted) {
  if (wanted.family == Family::none) return false;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return true;
  bool found = wanted.is_loopback();
  for (const ifaddrs* each = all; each && !found; each = each->ifa_next) {
    if (!each->ifa_addr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (each->ifa_addr->sa_family == AF_INET)
      bytes = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    else if (each->ifa_addr->sa_family == AF_INET6)
      bytes = &reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
    found = bytes && inet_ntop(each->ifa_addr->sa_family, bytes, text.data(), text.size()) &&
            IpAddress::parse(text.data()) == wanted;
  }
  freeifaddrs(all);
  return found;
}

bool machine_has_user(const std::string& name) {
  passwd entry{};
  passwd* result = nullptr;
  std::array<char, 16384> room{};
  return getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &result) == 0 && result;
}

std::string name_of_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

Environment Environment::of_process() {
  return {
      .variable = [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
      },
      .file = read_file,
      .host_name = name_of_host(),
      .has_file = [](const std::string& path) { return access(path.c_str(), F_OK) == 0; },
      .has_interface = [](const std::string& name) { return if_nametoindex(name.c_str()) != 0; },
      .has_address = machine_has_address,
      .has_user = machine_has_user};
}

Outcome load(const std::string& path, const Environment& environment) {
  std::vector<Text> texts;
  Problems problems;
  for (const std::string& file : files_of(path, problems)) {
    auto content = environment.file(file);
    if (content)
      texts.push_back({file, std::move(*content)});
    else
      problems.error({{}, 0}, content.error().message);
  }
  std::size_t size = 0;
  for (const Text& text : texts) size += text.content.text.size();
  if (texts.size() > 1 && size > kMaxTextSize)
    problems.error({{}, 0}, "the files of this configuration are together larger than " +
                                std::to_string(kMaxTextSize >> 10) + " KiB");
  if (!problems.any_error()) return read(std::move(texts), environment);
  Outcome outcome;
  outcome.diagnostics = problems.take();
  outcome.sources.emplace_back(path, "");
  return outcome;
}

}  // namespace flywall::config
