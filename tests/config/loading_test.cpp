// The thin shell: real files, the real environment.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/config/hcl.hpp"
#include "daemon/config/load.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

// A folder of its own that goes with the test.
class Loading : public ::testing::Test {
 protected:
  Loading() {
    std::string name = (std::filesystem::temp_directory_path() / "flywall-config-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~Loading() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  Outcome load_with_key_file(const std::string& key_path) {
    return load(
        write("flywall.hcl",
              "replication {\n mode = \"primary\"\n peer_addr = \"b\"\n secret_key_file = \"" +
                  key_path +
                  "\"\n ha {\n enabled = true\n virtual_ip {\n address = \"10.0.0.1/24\"\n"
                  " interface = \"e\"\n }\n }\n}\n"),
        Environment::of_process());
  }

  std::filesystem::path folder_;
};

TEST_F(Loading, reads_the_secret_from_its_file_and_warns_when_others_can) {
  const std::string key = "0123456789abcdefghijklmnopqrstuvwxyz";
  const Outcome good = load_with_key_file(write("key", key + "\n"));
  ASSERT_TRUE(good.config) << good.render_all();
  EXPECT_EQ(good.config->replication.secret_key.reveal(), key);
  EXPECT_TRUE(good.diagnostics.empty()) << good.render_all();
  const Outcome open = load_with_key_file(write("open-key", key, 0644));
  ASSERT_TRUE(open.config);
  ASSERT_EQ(open.diagnostics.size(), 1u);
  EXPECT_EQ(open.diagnostics[0].place.at.line, 4u);
  EXPECT_EQ(open.render_all().find(key), std::string::npos);
}

TEST_F(Loading, refuses_what_is_no_readable_file) {
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {folder_.string() + "/none", folder_.string(), pipe}) {
    const Outcome outcome = load(path, Environment::of_process());
    EXPECT_FALSE(outcome.config);
    EXPECT_TRUE(outcome.render_all().find(path + ": cannot read this file") != std::string::npos)
        << outcome.render_all();
    EXPECT_FALSE(load_with_key_file(path).config);
  }
}

TEST_F(Loading, refuses_a_file_beyond_the_limit_without_reading_it_all) {
  const std::string path = write("large", "");
  std::filesystem::resize_file(path, 1ull << 33);
  const Outcome outcome = load(path, Environment::of_process());
  EXPECT_FALSE(outcome.config);
  EXPECT_LE(outcome.sources.at(0).text().size(), kMaxTextSize + (1 << 15));
}

TEST(ProcessEnvironment, has_variables_and_a_host_name) {
  setenv("FLYWALL_CONFIG_TEST", "yes", 1);
  const Environment environment = Environment::of_process();
  EXPECT_EQ(environment.variable("FLYWALL_CONFIG_TEST"), "yes");
  EXPECT_EQ(environment.variable("FLYWALL_CONFIG_TEST_UNSET"), std::nullopt);
  EXPECT_FALSE(environment.host_name.empty());
}

}  // namespace
}  // namespace flywall::config
