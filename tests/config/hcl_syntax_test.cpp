#include <gtest/gtest.h>
#include "daemon/config/load.hpp"
TEST(A,B){ for (auto* n:{"basic-primary","basic-replica","advanced","multi-node-1","multi-node-2","multi-node-3","pair-fast"}) { auto o=flywall::config::load(std::string(FLYWALL_SOURCE_DIR "/hcl-configs/")+n+".hcl",flywall::config::Environment::of_process()); std::fputs(o.render_all().c_str(),stdout); std::printf("%s: %d\n",n,o.config.has_value()); } }
