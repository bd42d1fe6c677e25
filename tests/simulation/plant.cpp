// Plants one bug of mutants.txt: prints heartbeat/FILE with one line replaced.
//
//   plant MUTANTS NAME SOURCE > MUTATED
//
// Fails (1) when the mutant is unknown or its text does not stand exactly once in the source.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

struct Mutant {
  std::string before;
  std::string after;
};

bool find_mutant(const char* path, const std::string& name, Mutant& mutant) {
  std::ifstream list(path);
  bool found = false;
  for (std::string line; std::getline(list, line);) {
    if (line.starts_with("mutant ")) {
      if (found) return !mutant.before.empty();
      found = line.starts_with("mutant " + name + " ");
    } else if (found && line.starts_with("- ")) {
      mutant.before = line.substr(2);
    } else if (found && line.starts_with("+ ")) {
      mutant.after = line.substr(2);
    }
  }
  return found && !mutant.before.empty();
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  Mutant mutant;
  if (!find_mutant(words[1], words[2], mutant)) {
    std::fprintf(stderr, "plant: no mutant %s in %s\n", words[2], words[1]);
    return 1;
  }
  std::ifstream file(words[3]);
  std::string source((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t at = source.find(mutant.before);
  if (at == std::string::npos || source.find(mutant.before, at + 1) != std::string::npos) {
    std::fprintf(stderr, "plant: the text of mutant %s does not stand exactly once in %s: %s\n",
                 words[2], words[3], mutant.before.c_str());
    return 1;
  }
  std::cout << source.replace(at, mutant.before.size(), mutant.after);
  return 0;
}
