// Programs that behave, and programs that do not, run by the real keeper.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "daemon/tasks/children.hpp"
#include "daemon/tasks/runner.hpp"
#include "daemon/tasks/safe_path.hpp"

namespace flywall::tasks {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

// Temporary folders are writable by everybody, which is just what is refused: scripts lie in a
// mount of our own.
constexpr const char* kSafe = "/mnt";

class OwnMounts : public testing::Environment {
 public:
  void SetUp() override {
    isolated = unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", kSafe, "tmpfs", 0, "mode=755") == 0;
  }
  static inline bool isolated = false;
};
[[maybe_unused]] testing::Environment* const kMounts =
    testing::AddGlobalTestEnvironment(new OwnMounts);

std::string path_of(const std::string& name) { return std::string(kSafe) + "/" + name; }

std::string script(const std::string& name, const std::string& lines, mode_t mode = 0755) {
  const std::string path = path_of(name);
  std::ofstream(path) << "#!/bin/sh\n" << lines << "\n";
  EXPECT_EQ(chmod(path.c_str(), mode), 0);
  return path;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool lives(pid_t pid) {
  const std::string stat = content("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = stat.rfind(')');
  return end != std::string::npos && stat[end + 2] != 'Z' && stat[end + 2] != 'X';
}

class Tasks : public testing::Test {
 protected:
  void SetUp() override {
    if (!OwnMounts::isolated) GTEST_SKIP() << "needs the right to make mount namespaces";
  }
  void TearDown() override {
    EXPECT_EQ(runner_.running(), 0u);
    EXPECT_TRUE(children().empty()) << "a process is left behind";
  }
  Ending run(Order order) {
    Ending ending;
    asio::co_spawn(io_, runner_.run(std::move(order)),
                   [&ending](const std::exception_ptr& failure, Ending result) {
                     EXPECT_FALSE(failure);
                     ending = std::move(result);
                   });
    io_.restart();
    io_.run();
    return ending;
  }
  Ending run(const std::string& path, Duration limit = 10s) {
    return run({.command = {path}, .environment = {}, .limit = limit, .user = {}});
  }

  asio::io_context io_{1};
  Runner runner_{io_.get_executor()};
};

TEST_F(Tasks, OneThatSucceedsAndOneThatFails) {
  const Ending good = run(script("good", "echo done; echo error >&2"));
  EXPECT_TRUE(good.good()) << in_words(good);
  EXPECT_EQ(good.output, "done\nerror\n");
  EXPECT_EQ(last_line(good, 100), "error");
  const Ending bad = run(script("bad", "echo no; exit 3"));
  EXPECT_FALSE(bad.good());
  EXPECT_EQ(in_words(bad), "exit status 3");
  const Ending shot = run(script("shot", "kill -9 $$"));
  EXPECT_EQ(in_words(shot), "ended by signal 9");
}

TEST_F(Tasks, ArgumentsArriveAsTheyAreWithoutAShell) {
  const Ending ending = run({.command = {script("arguments", "printf '%s|' \"$0\" \"$@\""), "a b",
                                         "$(id)", "*", ";reboot", ""},
                             .environment = {},
                             .user = {}});
  EXPECT_EQ(ending.output, path_of("arguments") + "|a b|$(id)|*|;reboot||");
}

TEST_F(Tasks, TheEnvironmentIsScrubbed) {
  const std::string poison = "/tmp/poison.so";
  for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "IFS", "PYTHONPATH",
                           "PERL5LIB", "FLYWALL_FORGED", "SHELLOPTS"})
    setenv(name, poison.c_str(), 1);
  setenv("HUGE", std::string(100'000, 'x').c_str(), 1);
  const Ending ending = run({.command = {"/usr/bin/env"},
                             .environment = {{"EVENT", "pre_failover"}, {"VIPS", "a b"}},
                             .user = {}});
  for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "IFS", "PYTHONPATH",
                           "PERL5LIB", "FLYWALL_FORGED", "SHELLOPTS", "HUGE"})
    unsetenv(name);
  EXPECT_EQ(ending.output,
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\nHOME=/\n"
            "FLYWALL_EVENT=pre_failover\nFLYWALL_VIPS=a b\n");
}

TEST_F(Tasks, ItBeginsInACleanProcess) {
  const Descriptor secret(::open("/dev/null", O_RDONLY));  // not close-on-exec
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  ::signal(SIGHUP, SIG_IGN);
  const Ending ending = run(script("clean", R"(pwd
umask
ls /proc/self/fd | tr '\n' ' '; echo
grep -E '^Sig(Blk|Ign)' /proc/self/status
cut -d' ' -f6 /proc/$$/stat | sed "s/^$$\$/own session/"
readlink /proc/self/fd/0
cat /proc/self/oom_score_adj)"));
  ::signal(SIGHUP, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  EXPECT_EQ(ending.output,
            "/\n0022\n0 1 2 3 \nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
            "own session\n/dev/null\n0\n")
      << "descriptor 3 is the folder that ls reads";
}

TEST_F(Tasks, AHangingOneIsEndedAtItsLimit) {
  const Ending ending = run(script("hang", "echo begun; sleep 1000"), 200ms);
  EXPECT_EQ(ending.end, End::too_long);
  EXPECT_EQ(ending.output, "begun\n");
  EXPECT_LT(ending.took, 5s);
}

TEST_F(Tasks, OneThatIgnoresSigtermIsKilled) {
  const Ending ending =
      run(script("stubborn", "trap '' TERM INT HUP\nwhile :; do sleep 1; done"), 200ms);
  EXPECT_EQ(ending.end, End::too_long);
  EXPECT_GE(ending.took, 200ms + kGrace);
  EXPECT_LT(ending.took, 10s);
}

TEST_F(Tasks, OneThatHandlesSigtermMayCleanUp) {
  const Ending ending =
      run(script("tidy", "trap 'echo tidied; exit 0' TERM\nsleep 1000 & wait"), 200ms);
  EXPECT_EQ(ending.end, End::too_long) << "late all the same";
  EXPECT_EQ(ending.output, "tidied\n");
}

TEST_F(Tasks, OneThatDaemonisesLeavesNothingBehind) {
  const std::string pids = path_of("pids");
  const Ending ending =
      run(script("daemon", "(setsid sh -c 'trap \"\" TERM HUP; echo $$ >>" + pids +
                               "; (setsid sh -c \"echo \\$\\$ >>" + pids +
                               "; exec sleep 1000\" &) ; exec sleep 1000' >/dev/null 2>&1 &)\n"
                               "while [ \"$(wc -l <" +
                               pids +
                               " 2>/dev/null || echo 0)\" -lt 2 ]; do "
                               "sleep 0.01; done\nexit 0"));
  EXPECT_TRUE(ending.good()) << in_words(ending) << ending.output;
  EXPECT_GE(ending.left_behind, 2u);
  std::istringstream list(content(pids));
  int seen = 0;
  for (pid_t pid = 0; list >> pid; ++seen) EXPECT_FALSE(lives(pid)) << pid;
  EXPECT_EQ(seen, 2);
}

TEST_F(Tasks, ADaemonThatKeepsTheOutputOpenDelaysNothing) {
  const Time begun = now();
  const Ending ending = run(script("holds_output", "sleep 1000 & echo started"));
  EXPECT_TRUE(ending.good());
  EXPECT_EQ(ending.output, "started\n");
  EXPECT_LT(now() - begun, 8s);
}

TEST_F(Tasks, OneThatPrintsWithoutEndIsReadAndCut) {
  const Ending ending = run(script("loud", "exec yes"), 500ms);
  EXPECT_EQ(ending.end, End::too_long);
  EXPECT_EQ(ending.output.size(), kKeptOutput);
  EXPECT_GT(ending.discarded, 0u);
}

TEST_F(Tasks, AMegabyteIsPrintedWithoutBlocking) {
  const Ending ending = run(script("wordy", "head -c 1000000 /dev/zero; echo end >&2"));
  EXPECT_TRUE(ending.good()) << in_words(ending);
  EXPECT_EQ(ending.output.size() + ending.discarded, 1000004u);
}

TEST_F(Tasks, AForkStormIsEnded) {
  const Ending ending = run(
      script("storm", "i=0; while [ $i -lt 200 ]; do (setsid sleep 1000 &) ; i=$((i+1)); done"));
  EXPECT_TRUE(ending.good()) << in_words(ending);
  EXPECT_GE(ending.left_behind, 190u);
  EXPECT_FALSE(ending.unkillable);
}

TEST_F(Tasks, AsAnotherUserItHasNoMoreRights) {
  const Ending ending = run({.command = {script("user",
                                                "id -un; id -Gn; grep -E "
                                                "'^(NoNewPrivs|CapEff)' /proc/self/status")},
                             .environment = {},
                             .user = "nobody"});
  EXPECT_EQ(ending.output, "nobody\nnogroup\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
  const Ending unknown =
      run({.command = {script("user", "id")}, .environment = {}, .user = "no-such-user"});
  EXPECT_EQ(in_words(unknown), "not run: there is no user \"no-such-user\"");
}

TEST_F(Tasks, WhatOthersCanWriteIsNotRun) {
  EXPECT_EQ(in_words(run(script("writable", "echo ran", 0777))),
            "not run: /mnt/writable can be written by others than its owner");
  EXPECT_EQ(run(script("group_writable", "echo ran", 0775)).end, End::refused);
  fs::create_directory(path_of("open"));
  chmod(path_of("open").c_str(), 01777);
  EXPECT_EQ(in_words(run(script("open/inside", "echo ran"))),
            "not run: /mnt/open can be written by others than its owner");
  const std::string owned = script("owned", "echo ran");
  EXPECT_EQ(chown(owned.c_str(), 65534, 0), 0);
  EXPECT_EQ(in_words(run(owned)),
            "not run: /mnt/owned belongs to user 65534, who could replace what is run");
}

TEST_F(Tasks, ALinkIsAsSafeAsWhereItLeads) {
  fs::create_directory(path_of("everybodys"));
  script("everybodys/evil", "echo ran");
  chmod(path_of("everybodys").c_str(), 01777);
  fs::create_symlink(path_of("everybodys/evil"), path_of("link"));
  EXPECT_EQ(run(path_of("link")).end, End::refused);
  fs::create_directory_symlink("everybodys", path_of("folder"));
  EXPECT_EQ(run(path_of("folder/../folder/evil")).end, End::refused);
  fs::create_symlink("loop_b", path_of("loop_a"));
  fs::create_symlink("loop_a", path_of("loop_b"));
  EXPECT_EQ(in_words(run(path_of("loop_a"))), "not run: /mnt/loop_a has too many links");
  script("real", "echo ran");
  fs::create_symlink("./real", path_of("good_link"));
  EXPECT_EQ(run(path_of("good_link")).output, "ran\n");
  EXPECT_EQ(lchown(path_of("good_link").c_str(), 65534, 65534), 0);
  EXPECT_EQ(run(path_of("good_link")).end, End::refused);
}

TEST_F(Tasks, TheInterpreterMustBeSafeToo) {
  fs::create_directory(path_of("shells"));
  fs::copy_file("/bin/sh", path_of("shells/sh"));
  chmod(path_of("shells").c_str(), 0777);
  std::ofstream(path_of("interpreted")) << "#! " << kSafe << "/shells/sh -e\necho ran\n";
  chmod(path_of("interpreted").c_str(), 0755);
  EXPECT_EQ(in_words(run(path_of("interpreted"))),
            "not run: the interpreter of /mnt/interpreted: /mnt/shells can be written by others "
            "than its owner");
  chmod(path_of("shells").c_str(), 0755);
  EXPECT_EQ(run(path_of("interpreted")).output, "ran\n");
}

TEST_F(Tasks, WhatIsNoProgramIsNotRun) {
  EXPECT_EQ(in_words(run(path_of("missing"))),
            "not run: cannot look at /mnt/missing: No such file or directory");
  EXPECT_EQ(run(script("plain", "echo ran", 0644)).end, End::refused);
  EXPECT_EQ(run("relative").end, End::refused);
  EXPECT_EQ(run("/dev/null").end, End::refused);
  EXPECT_EQ(run(kSafe).end, End::refused);
  EXPECT_EQ(run("/etc/passwd/x").end, End::refused);
  std::ofstream(path_of("garbage")) << "\x7f" << "ELF garbage";
  chmod(path_of("garbage").c_str(), 0755);
  const Ending garbage = run(path_of("garbage"));
  EXPECT_EQ(garbage.end, End::broken);
  EXPECT_EQ(garbage.problem, "cannot execute it: Exec format error");
}

TEST_F(Tasks, WhenTheKeeperIsKilledNothingIsLeftEither) {
  const std::string pids = path_of("kept");
  const Ending ending = run(script("assassin", "(setsid sh -c 'echo $$ >" + pids +
                                                   "; exec sleep 1000' >/dev/null 2>&1 &)\n"
                                                   "while [ ! -s " +
                                                   pids +
                                                   " ]; do sleep 0.01; done\n"
                                                   "echo $$ >>" +
                                                   pids + "\nkill -9 $PPID; sleep 1000"));
  EXPECT_EQ(ending.end, End::broken);
  EXPECT_EQ(ending.problem, "its keeper was killed");
  std::istringstream list(content(pids));
  for (pid_t pid = 0; list >> pid;) {
    const Time deadline = later(now(), 5s);
    while (lives(pid) && now() < deadline) usleep(1000);
    EXPECT_FALSE(lives(pid)) << pid;
  }
}

TEST_F(Tasks, WhenNobodyWaitsAnyMoreItIsEnded) {
  const std::string pid_file = path_of("waiting");
  script("waits", "echo $$ >" + pid_file + "; exec sleep 1000");
  pid_t keeper = 0;
  {
    asio::io_context io{1};
    Runner runner(io.get_executor());
    asio::co_spawn(io, runner.run({.command = {path_of("waits")}, .environment = {}, .user = {}}),
                   [](const std::exception_ptr&, const Ending&) {});
    while (content(pid_file).empty()) io.run_for(std::chrono::milliseconds(1));
    ASSERT_EQ(children().size(), 1u);
    keeper = children().front();
  }
  EXPECT_EQ(waitpid(keeper, nullptr, 0), keeper);
  EXPECT_FALSE(lives(std::stoi(content(pid_file))));
}

}  // namespace
}  // namespace flywall::tasks
