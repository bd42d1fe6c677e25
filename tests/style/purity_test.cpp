#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <regex>
#include <sstream>

namespace flywall::style {
namespace {

// What a pure library must not call: sockets, files, clocks, threads, chance, the environment.
// C names, and the mangled ones of the standard library. fprintf to stderr stays allowed: it is the
// last word of a broken invariant (base/check.hpp).
const std::regex kForbidden(
    "(socket|bind|listen|accept4?|connect|send(to|m?msg)?|recv(from|m?msg)?|poll|ppoll|epoll_.*|"
    "select|open(at)?(64)?|creat|fopen(64)?|read|pread|write|pwrite|unlink|rename|stat|fstat|lstat|"
    "mkdir|mmap|ioctl|f?puts|v?printf|__v?printf_chk|fwrite|stdout|"
    "clock_gettime|clock_nanosleep|gettimeofday|time|nanosleep|usleep|sleep|localtime.*|gmtime.*|"
    "pthread_(create|mutex_.*|cond_.*|rwlock_.*)|sem_.*|fork|vfork|exec.*|posix_spawn.*|system|"
    "kill|"
    "s?rand(om)?(_r)?|[dlm]rand48|getrandom|getentropy|randombytes_?.*|getenv|setenv|"
    "_ZNSt6chrono3_V2(12steady|12system)_clock3nowEv|_ZNSt6thread.*|_ZNSt13random_device.*|"
    "_ZNSt1[34]basic_([io]?f|file).*|_ZNSt10filesystem.*|_ZSt4c(out|err|log|in))");

struct Reference {
  std::string unit, symbol;
};

// Undefined symbols of a static library, by unit, as nm lists them.
std::vector<Reference> references_of(const std::string& library) {
  const std::string command = "nm -u '" + library + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<Reference> found;
  std::string unit;
  std::array<char, 65536> buffer;
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    std::istringstream words{buffer.data()};
    std::string first, second;
    words >> first >> second;
    if (first.ends_with(".o:")) unit = first.substr(0, first.size() - 1);
    if (first == "U") found.push_back({unit, second.substr(0, second.find('@'))});
  }
  return found;
}

TEST(Purity, NoPureLibraryTouchesSocketFileClockThreadOrChance) {
  std::istringstream libraries{FLYWALL_PURE_LIBRARIES};
  for (std::string library; std::getline(libraries, library, ':');) {
    const auto references = references_of(library);
    EXPECT_GT(references.size(), 10u) << "nm listed nothing of " << library;
    for (const auto& [unit, symbol] : references) {
      EXPECT_FALSE(std::regex_match(symbol, kForbidden))
          << library << ": " << unit << " uses " << symbol;
    }
  }
}

TEST(Purity, TheListItselfKnowsAClockAndAFile) {
  EXPECT_TRUE(std::regex_match("_ZNSt6chrono3_V212steady_clock3nowEv", kForbidden));
  EXPECT_TRUE(std::regex_match("_ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1Ev", kForbidden));
  EXPECT_TRUE(std::regex_match("clock_gettime", kForbidden));
  EXPECT_FALSE(std::regex_match("memcpy", kForbidden));
}

}  // namespace
}  // namespace flywall::style
