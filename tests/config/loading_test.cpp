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
                  " interface = \"lo\"\n }\n }\n}\n"),
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

// Fragments of the configuration that conf.d holds.
class Fragments : public Loading {
 protected:
  Outcome load_with(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(folder_ / "conf.d");
    write("conf.d/" + name, text);
    return load(write("flywall.hcl",
                      "replication {\n mode = \"primary\"\n peer_addr = \"b\"\n"
                      "secret_key = \"0123456789abcdefghijklmnopqrstuvwxyz\"\n"
                      "ha {\n enabled = true\n priority = 50\n }\n}\n"),
                Environment::of_process());
  }
};

TEST_F(Fragments, are_merged_by_setting_and_blocks_are_appended) {
  load_with("10-lan.hcl",
            "replication {\n ha {\n virtual_ip {\n address = \"10.0.0.1/24\"\n"
            " interface = \"lo\"\n }\n }\n}\nlog { level = \"debug\" }\n");
  const Outcome outcome = load_with("20-wan.yaml",
                                    "replication: {ha: {failback_delay: 5, virtual_ip: {address: "
                                    "10.0.1.1/24, interface: lo}}}\n");
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  const Ha& ha = outcome.config->replication.ha;
  ASSERT_EQ(ha.virtual_ips.size(), 2u);
  EXPECT_EQ(ha.virtual_ips[1].address.str(), "10.0.1.1/24");
  EXPECT_EQ(ha.failback_delay, 5s);
  EXPECT_EQ(ha.priority, 50);
  EXPECT_EQ(outcome.config->log.level, LogLevel::debug);
  EXPECT_TRUE(outcome.origins.at("log.level").place.ends_with("conf.d/10-lan.hcl:9"));
}

TEST_F(Fragments, the_same_setting_in_two_files_is_an_error_that_shows_both_places) {
  const Outcome outcome = load_with("a.hcl", "replication {\n ha {\n priority = 60\n }\n}\n");
  EXPECT_FALSE(outcome.config);
  const std::string shown = outcome.render_all();
  EXPECT_NE(shown.find("conf.d/a.hcl:3:2: error: \"priority\" stands here twice: the first is in " +
                       (folder_ / "flywall.hcl").string() + ":7"),
            std::string::npos)
      << shown;
}

TEST_F(Fragments, survive_the_way_to_another_process_as_one_text) {
  const Outcome outcome = load_with("a.yaml", "log: {level: error}\n");
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  const Outcome again =
      read(unbundle("main.hcl", bundle(outcome.sources)), Environment::of_process());
  ASSERT_TRUE(again.config) << again.render_all();
  EXPECT_TRUE(*again.config == *outcome.config);
}

TEST_F(Fragments, editors_copies_and_other_files_are_left_alone) {
  load_with(".hidden.hcl", "nonsense");
  const Outcome outcome = load_with("a.hcl~", "nonsense");
  EXPECT_TRUE(outcome.config) << outcome.render_all();
}

TEST_F(Loading, what_the_machine_lacks_is_a_warning) {
  const Outcome outcome = load(
      write("flywall.hcl",
            "replication {\n mode = \"primary\"\n listen_addr = \"192.0.2.77:9001\"\n"
            "peer_addr = \"b\"\n secret_key = \"0123456789abcdefghijklmnopqrstuvwxyz\"\n"
            "ha {\n enabled = true\n monitor_links = [\"no-such-link\"]\n"
            "pre_failover_script = \"/no/such/script\"\n script_user = \"no-such-user\"\n"
            "virtual_ip {\n address = \"10.0.0.1/24\"\n interface = \"no-such-link\"\n }\n }\n}\n"),
      Environment::of_process());
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  const std::string shown = outcome.render_all();
  for (const char* words : {"no address 192.0.2.77", "no interface \"no-such-link\"",
                            "no file /no/such/script", "no user \"no-such-user\""})
    EXPECT_NE(shown.find(words), std::string::npos) << words << "\n" << shown;
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
