#include "daemon/tasks/safe_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <string_view>

#include "base/descriptor.hpp"

namespace flywall::tasks {

namespace {

constexpr std::size_t kFirstLine = 256;

std::deque<std::string> components_of(std::string_view path) {
  std::deque<std::string> result;
  while (!path.empty()) {
    const std::string_view one = path.substr(0, path.find('/'));
    if (!one.empty() && one != ".") result.emplace_back(one);
    path.remove_prefix(std::min(path.size(), one.size() + 1));
  }
  return result;
}

Result<void> check_owner(const struct stat& found, const std::string& name) {
  if (found.st_uid != 0 && found.st_uid != geteuid())
    return fail(ErrorKind::denied, name + " belongs to user " + std::to_string(found.st_uid) +
                                       ", who could replace what is run");
  if (!S_ISLNK(found.st_mode) && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(ErrorKind::denied, name + " can be written by others than its owner");
  return {};
}

// Follows a path by hand. `folders_` are the open folders from the root to where it stands.
class Walk {
 public:
  explicit Walk(const std::string& path) : path_(path) {}

  // The checked file, opened as a path.
  Result<Descriptor> run() {
    if (!path_.starts_with('/'))
      return fail(ErrorKind::invalid, "\"" + path_ + "\" is no absolute path");
    rest_ = components_of(path_);
    if (auto entered = enter_root(); !entered) return std::unexpected(entered.error());
    while (!rest_.empty()) {
      const std::string name = std::move(rest_.front());
      rest_.pop_front();
      auto file = step(name);
      if (!file) return std::unexpected(file.error());
      if (*file) return std::move(*file);
    }
    return fail(ErrorKind::denied, path_ + " is a folder");
  }

 private:
  Result<void> enter_root() {
    folders_.clear();
    where_.clear();
    folders_.emplace_back(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat found{};
    if (fstat(folders_.back().get(), &found) != 0) return fail_errno("cannot look at /", errno);
    return check_owner(found, "/");
  }

  // An empty descriptor means that there is more to walk.
  Result<Descriptor> step(const std::string& name) {
    if (name == "..") {
      if (folders_.size() > 1) {
        folders_.pop_back();
        where_.erase(where_.rfind('/'));
      }
      return Descriptor();
    }
    const std::string shown = where_ + "/" + name;
    Descriptor opened(
        ::openat(folders_.back().get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat found{};
    if (!opened || fstat(opened.get(), &found) != 0)
      return fail_errno("cannot look at " + shown, errno);
    if (auto owned = check_owner(found, shown); !owned) return std::unexpected(owned.error());
    if (S_ISLNK(found.st_mode)) return follow(opened, shown);
    if (!rest_.empty() || S_ISDIR(found.st_mode)) {
      if (!S_ISDIR(found.st_mode)) return fail(ErrorKind::missing, shown + " is no folder");
      folders_.push_back(std::move(opened));
      where_ = shown;
      return Descriptor();
    }
    if (!S_ISREG(found.st_mode)) return fail(ErrorKind::denied, shown + " is no regular file");
    if ((found.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
      return fail(ErrorKind::denied, shown + " is not executable");
    return opened;
  }

  Result<Descriptor> follow(const Descriptor& link, const std::string& shown) {
    if (++links_ > kMostLinks) return fail(ErrorKind::denied, path_ + " has too many links");
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlinkat(link.get(), "", target.data(), target.size());
    if (size <= 0) return fail_errno("cannot read the link " + shown, errno);
    const std::string_view to(target.data(), static_cast<std::size_t>(size));
    std::deque<std::string> more = components_of(to);
    rest_.insert(rest_.begin(), more.begin(), more.end());
    if (to.starts_with('/'))
      if (auto entered = enter_root(); !entered) return std::unexpected(entered.error());
    return Descriptor();
  }

  const std::string& path_;
  std::deque<std::string> rest_;
  std::deque<Descriptor> folders_;
  std::string where_;
  int links_ = 0;
};

// What stands behind `#!`, empty when the file is no script. A file that we cannot read, but maybe
// execute, cannot be a script either.
std::string interpreter_of(const Descriptor& file) {
  const std::string name = "/proc/self/fd/" + std::to_string(file.get());
  const Descriptor readable(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, kFirstLine> bytes{};
  const ssize_t size = readable ? ::read(readable.get(), bytes.data(), bytes.size()) : 0;
  std::string_view line(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (!line.starts_with("#!")) return "";
  line = line.substr(2, line.find('\n') - 2);
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  line.remove_prefix(first);
  return std::string(line.substr(0, line.find_first_of(" \t\r")));
}

}  // namespace

Result<void> check_program(const std::string& path) {
  const auto file = Walk(path).run();
  if (!file) return std::unexpected(file.error());
  const std::string interpreter = interpreter_of(*file);
  if (interpreter.empty()) return {};
  if (const auto checked = Walk(interpreter).run(); !checked)
    return fail(checked.error().kind,
                "the interpreter of " + path + ": " + checked.error().message);
  return {};
}

}  // namespace flywall::tasks
