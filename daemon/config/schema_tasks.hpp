// The rows of quorum, witnesses, fencing, services, jobs, web hooks, connections and datasets.
// Included by schema.cpp only.
#pragma once

#include "daemon/config/schema_words.hpp"

namespace flywall::config {

using OfConntrack = OfHaPart<&Ha::conntrack_sync>;
inline constexpr std::array kConntrackSync{
    Setting{"enabled", kFlag, "false", "follow the primary's connections",
            kAt<OfConntrack, &ConntrackSync::enabled>},
    Setting{"interface", kInterface, "the replication's path", "carries the synchronisation",
            kAt<OfConntrack, &ConntrackSync::interface>},
    Setting{"sync_interval", lasting(10ms, 1h), "\"5s\"",
            "period of the comparison of digests; delays no event",
            kAt<OfConntrack, &ConntrackSync::sync_interval>},
    Setting{"max_entries", whole(1, 10'000'000), "262144", "the most flows held for a peer",
            kAt<OfConntrack, &ConntrackSync::max_entries>},
    Setting{"min_age", lasting(0s, 1h), "0", "younger flows are not sent",
            kAt<OfConntrack, &ConntrackSync::min_age>},
    Setting{"protocols", some_of(kProtocols), "all", "only these",
            kAt<OfConntrack, &ConntrackSync::protocols>},
    Setting{"ignore",
            {Kind::networks},
            "–",
            "flows from or to these networks stay out",
            kAt<OfConntrack, &ConntrackSync::ignore>},
};

using OfLease = OfHaPart<&Ha::lease>;
inline constexpr std::array kLease{
    Setting{"ttl", lasting(2ms, 1h), "the detection time", "how long a grant holds",
            kAt<OfLease, &Lease::ttl>},
    Setting{"renew", lasting(1ms, 1h), "a third of `ttl`", "how often it is renewed",
            kAt<OfLease, &Lease::renew>},
    Setting{"on_witness_loss", one_of(kOnWitnessLoss), "\"step_down\"",
            "what a primary does when witness and peer are gone",
            kAt<OfLease, &Lease::on_witness_loss>},
};

using OfWitness = OfHaList<&Ha::witnesses>;
inline constexpr std::array kWitness{
    Setting{"type", one_of(kWitnessTypes), "required", "who votes", kAt<OfWitness, &Witness::type>},
    Setting{"url",
            {Kind::url},
            "–",
            "redis, consul, etcd: where, as in `REDIS_URL`",
            kAt<OfWitness, &Witness::url>},
    Setting{"key", text(1, 255), "made from `cluster_id`", "the name of the lock",
            kAt<OfWitness, &Witness::key>},
    Setting{"address", text(1, 255), "–", "node: its host and heartbeat port",
            kAt<OfWitness, &Witness::address>},
    Setting{"path", kPath, "–", "file: the shared file, or a folder where each cluster has one",
            kAt<OfWitness, &Witness::path>},
    Setting{"token_file", kPath, "–", "a file whose first line is the token",
            kAt<OfWitness, &Witness::token_file>},
    Setting{"connect_timeout", lasting(10ms, 1min), "\"2s\"", "how long an attempt may take",
            kAt<OfWitness, &Witness::connect_timeout>},
    Setting{"on_start", one_of(kOnStart), "\"fail\"",
            "redis, consul, etcd, file: when it cannot be reached at start",
            kAt<OfWitness, &Witness::on_start>},
    Setting{"allow_network_fs", kFlag, "false", "file: a network file system is meant",
            kAt<OfWitness, &Witness::allow_network_fs>},
};

using OfCluster = OfReplicationList<&Replication::clusters>;
inline constexpr std::array kCluster{
    Setting{"vote_key", kSecret, "required, or `vote_key_file`",
            "what `flywall keygen --witness` printed on a node of that cluster",
            kAt<OfCluster, &VotedCluster::vote_key>},
    Setting{"vote_key_file", kPath, "–", "a file whose first line is the vote key",
            kAt<OfCluster, &VotedCluster::vote_key_file>},
    Setting{"max_lease", lasting(10ms, 1min), "\"5s\"",
            "no vote lasts longer; for so long a restarted witness gives none",
            kAt<OfCluster, &VotedCluster::max_lease>},
};

using OfFencing = OfHaPart<&Ha::fencing>;
inline constexpr std::array kFencing{
    Setting{"script", kPath, "–", "switches the other node off", kAt<OfFencing, &Fencing::script>},
    Setting{"timeout", lasting(100ms, 10min), "\"30s\"", "how long it may take",
            kAt<OfFencing, &Fencing::timeout>},
    Setting{"required", kFlag, "false", "no takeover before it succeeded",
            kAt<OfFencing, &Fencing::required>},
};

using OfFence = OfHaPart<&Ha::fence>;
inline constexpr std::array kFence{
    Setting{"enabled", kFlag, "true", "a primary that cannot renew its right loses its addresses",
            kAt<OfFence, &Fence::enabled>}
        .restarts("it is put up before anything else happens"),
    Setting{"forwarding", kFlag, "with a quorum", "and forwards nothing",
            kAt<OfFence, &Fence::forwarding>},
};

using OfService = OfHaList<&Ha::services>;
inline constexpr std::array kService{
    Setting{"unit", text(1, 255), "–", "a systemd unit", kAt<OfService, &Service::unit>},
    Setting{"command", kCommand, "–", "or a program of your own",
            kAt<OfService, &Service::command>},
    Setting{"when", one_of(kWhen), "\"primary\"", "in which role it runs",
            kAt<OfService, &Service::when>},
    Setting{"restart", one_of(kRestarts), "\"on_failure\"", "when it ends by itself",
            kAt<OfService, &Service::restart>},
    Setting{"timeout", lasting(100ms, 1h), "\"30s\"", "for its start and for its stop",
            kAt<OfService, &Service::timeout>},
};

using OfJob = OfHaList<&Ha::jobs>;
inline constexpr std::array kJob{
    Setting{"command", kCommand, "required", "what runs", kAt<OfJob, &Job::command>},
    Setting{"every", lasting(1s, 24h * 365), "–", "how often", kAt<OfJob, &Job::every>},
    Setting{"cron", {Kind::cron}, "–", "or when", kAt<OfJob, &Job::cron>},
    Setting{"timeout", lasting(100ms, 24h * 7), "\"1h\"", "how long it may run",
            kAt<OfJob, &Job::timeout>},
    Setting{"enabled", kFlag, "true", "false: it rests", kAt<OfJob, &Job::enabled>},
    Setting{"lock_required", kFlag, "false", "runs only with a right that no other node can have",
            kAt<OfJob, &Job::lock_required>},
};

using OfNotify = OfHaList<&Ha::notifications>;
inline constexpr std::array kNotify{
    Setting{"url", {Kind::web_url}, "required", "what is called", kAt<OfNotify, &Notify::url>},
    Setting{"secret_file", kPath, "–", "a file whose first line signs the calls",
            kAt<OfNotify, &Notify::secret_file>},
    Setting{"events", some_of(kEvents), "all", "only these", kAt<OfNotify, &Notify::events>},
};

using OfDataset = OfReplicationList<&Replication::datasets>;
inline constexpr std::array kDataset{
    Setting{"type", one_of(kDatasetTypes), "required", "what it is",
            kAt<OfDataset, &Dataset::type>},
    Setting{"paths",
            {Kind::paths},
            "–",
            "files and folders; required for files and sqlite",
            kAt<OfDataset, &Dataset::paths>},
    Setting{"exclude",
            {Kind::texts, 1, 255},
            "–",
            "patterns of what stays out",
            kAt<OfDataset, &Dataset::exclude>},
    Setting{"node_local",
            {Kind::texts, 1, 255},
            "–",
            "patterns of what belongs to the node",
            kAt<OfDataset, &Dataset::node_local>},
    Setting{"validate", kCommand, "–", "must succeed before what came is put in place",
            kAt<OfDataset, &Dataset::validate>},
    Setting{"apply", kCommand, "–", "puts it in place", kAt<OfDataset, &Dataset::apply>},
    Setting{"activate", kCommand, "–", "runs when this node becomes primary",
            kAt<OfDataset, &Dataset::activate>},
    Setting{"durability", one_of(kDurabilities), "\"async\"",
            "sync: a change counts as made when a peer has it",
            kAt<OfDataset, &Dataset::durability>},
};

struct OfKept {
  static auto& in(auto& config, std::size_t) { return config.replication.retention; }
};
inline constexpr std::array kRetention{
    Setting{"history", whole(10, 10'000'000), "10000", "events", kAt<OfKept, &Retention::history>},
    Setting{"generations", whole(1, 10'000), "50", "versions of the configuration",
            kAt<OfKept, &Retention::generations>},
    Setting{"lost", lasting(1h, 24h * 3650), "\"720h\"", "what a failover set aside",
            kAt<OfKept, &Retention::lost>},
};

}  // namespace flywall::config
