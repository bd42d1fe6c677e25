// The store behind a configured lock provider.
//
// It is made when it is used first, and again after it could not be made: a folder may appear, a
// token may change. One record for each cluster: the key is made from the cluster id unless it is
// given; a path that is a folder has one file for each cluster.
//
// Knows the configuration and the stores; knows no lock.
#pragma once

#include <memory>
#include <string>

#include "daemon/config/config.hpp"
#include "daemon/witness/record_store.hpp"

namespace flywall::witness {

inline constexpr Duration kShortestProviderLease = 1s;

// Precondition: not a witness node.
std::unique_ptr<RecordStore> provider_store(const config::Witness& witness,
                                            const std::string& cluster_id);

// How long a provider's vote lasts, and how often it is asked and looked at.
Duration provider_lease(const config::Ha& ha);
Duration provider_renewal(const config::Ha& ha);

// Reads each provider with on_start = "fail" once. Error: the first that did not answer.
Result<void> check_providers(const config::Replication& replication);

}  // namespace flywall::witness
