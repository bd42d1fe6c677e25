#include "daemon/services/store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/clock.hpp"
#include "daemon/services/sql_statement.hpp"

namespace flywall::services {

namespace {

using processes::HistoryEntry;

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kPrivateMask = 0077;
constexpr std::int64_t kSchemaVersion = 1;
constexpr const char* kFileName = "/flywall.db";

// A small cache: this database is written, and hardly ever read.
constexpr const char* kPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-256;"
    "PRAGMA journal_size_limit=1048576; PRAGMA temp_store=MEMORY;";

constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT "
    "NULL, happening INTEGER NOT NULL, from_state INTEGER NOT NULL, to_state INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, epoch INTEGER NOT NULL, claimant TEXT NOT NULL, peer TEXT NOT NULL,"
    " count INTEGER NOT NULL, duration_ns INTEGER NOT NULL, detail TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS epochs (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " life INTEGER NOT NULL, floor INTEGER NOT NULL, up_to INTEGER NOT NULL);"
    "PRAGMA user_version=1; COMMIT;";

std::int64_t to_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t to_unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

ErrorKind kind_of(int code) {
  if (code == SQLITE_READONLY_DBMOVED) return ErrorKind::missing;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::invalid;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorKind::denied;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::unavailable;
    default:
      return ErrorKind::internal;
  }
}

template <class Enum>
Enum enum_of(std::int64_t value) {
  return static_cast<Enum>(static_cast<std::uint8_t>(value));
}

HistoryEntry entry_of(const SqlStatement& row) {
  HistoryEntry entry;
  entry.wall_ms = row.number(1);
  entry.happening = enum_of<processes::Happening>(row.number(2));
  entry.from = enum_of<heartbeat::State>(row.number(3));
  entry.to = enum_of<heartbeat::State>(row.number(4));
  entry.reason = enum_of<heartbeat::Reason>(row.number(5));
  entry.epoch = Epoch{to_unsigned(row.number(6))};
  entry.claimant = NodeId(row.text(7));
  entry.peer = NodeId(row.text(8));
  entry.count = static_cast<std::uint32_t>(row.number(9));
  entry.duration = Duration(row.number(10));
  entry.detail = InlineText<120>::cut(row.text(11));
  return entry;
}

// Renames the database away, with what belongs to it.
Result<std::string> put_aside(const std::string& path) {
  const std::string aside = path + ".corrupt-" + std::to_string(wall_clock_ms());
  if (std::rename(path.c_str(), aside.c_str()) != 0)
    return fail_errno("cannot rename the corrupt " + path, errno);
  for (const char* part : {"-wal", "-shm"})
    std::rename((path + part).c_str(), (aside + part).c_str());
  return aside;
}

// What a corrupt database still says about epochs.
Reservation salvage(const std::string& path) {
  sqlite3* database = nullptr;
  Reservation result;
  if (sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    SqlStatement select(database, "SELECT life, floor, up_to FROM epochs");
    if (select.row())
      result = {.life = {to_unsigned(select.number(0))},
                .floor = {to_unsigned(select.number(1))},
                .up_to = {to_unsigned(select.number(2))}};
  }
  sqlite3_close_v2(database);
  return result;
}

}  // namespace

void Store::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

std::unexpected<Error> Store::error(const std::string& attempt) const {
  return fail(kind_of(sqlite3_extended_errcode(database_.get())),
              attempt + ": " + sqlite3_errmsg(database_.get()));
}

Result<void> Store::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  auto failure = error("the state database failed");
  sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return failure;
}

Result<Store> Store::open_file(const std::string& path) {
  sqlite3* database = nullptr;
  const mode_t before = umask(kPrivateMask);
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Store store{Handle(database)};
  auto ready = code == SQLITE_OK ? store.execute(kPragmas)
                                 : Result<void>(store.error("cannot open " + path));
  if (ready) {
    SqlStatement check(database, "PRAGMA quick_check(1)");
    if (!check.row())
      ready = store.error("cannot check " + path);
    else if (check.text(0) != "ok")
      ready = fail(ErrorKind::invalid, path + " is corrupt: " + std::string(check.text(0)));
  }
  if (ready) ready = store.upgrade(path);
  umask(before);
  if (!ready) return std::unexpected(ready.error());
  return store;
}

Result<void> Store::upgrade(const std::string& path) {
  std::int64_t version = 0;
  {
    SqlStatement select(database_.get(), "PRAGMA user_version");
    if (!select.row()) return error("cannot read " + path);
    version = select.number(0);
  }
  if (version > kSchemaVersion)
    return fail(ErrorKind::internal, path + " was written by a newer version of this program");
  return version == kSchemaVersion ? Result<void>{} : execute(kSchema);
}

Result<Store> Store::open(const std::string& directory) {
  std::error_code failure;
  const std::filesystem::path parent = std::filesystem::path(directory).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST)
    return fail_errno("cannot make the directory " + directory, errno);
  const std::string path = directory + kFileName;
  Result<Store> store = open_file(path);
  if (store || store.error().kind != ErrorKind::invalid) return store;
  const Reservation saved = salvage(path);
  const Result<std::string> aside = put_aside(path);
  if (!aside) return std::unexpected(aside.error());
  store = open_file(path);
  if (!store) return store;
  store->set_aside_ = *aside;
  if (saved.up_to != Epoch{})
    if (auto kept = store->reserve(saved); !kept) return std::unexpected(kept.error());
  return store;
}

Result<void> Store::insert(const HistoryEntry& entry) {
  SqlStatement insert(database_.get(),
                      "INSERT INTO history (at_ms, happening, from_state, to_state, reason, epoch,"
                      " claimant, peer, count, duration_ns, detail)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(entry.wall_ms)
      .bind(static_cast<std::int64_t>(entry.happening))
      .bind(static_cast<std::int64_t>(entry.from))
      .bind(static_cast<std::int64_t>(entry.to))
      .bind(static_cast<std::int64_t>(entry.reason))
      .bind(to_signed(entry.epoch.value))
      .bind(entry.claimant.view())
      .bind(entry.peer.view())
      .bind(static_cast<std::int64_t>(entry.count))
      .bind(static_cast<std::int64_t>(entry.duration.count()))
      .bind(entry.detail.view());
  if (!insert.done()) return error("cannot write history");
  return {};
}

Result<void> Store::append(std::span<const HistoryEntry> entries) {
  Result<void> done = execute("BEGIN IMMEDIATE");
  if (!done) return done;
  for (const HistoryEntry& entry : entries)
    if (done) done = insert(entry);
  if (done) done = prune();
  if (done) return execute("COMMIT");
  sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return done;
}

Result<void> Store::prune() {
  SqlStatement remove(database_.get(),
                      "DELETE FROM history WHERE id <= (SELECT MAX(id) FROM history) - ?");
  if (!remove.bind(kHistoryRows).done()) return error("cannot prune history");
  return {};
}

Result<std::vector<control::StoredEntry>> Store::latest(std::size_t limit,
                                                        std::optional<processes::Happening> only) {
  SqlStatement select(database_.get(),
                      "SELECT id, at_ms, happening, from_state, to_state, reason, epoch, claimant,"
                      " peer, count, duration_ns, detail FROM history"
                      " WHERE ?1 = 0 OR happening = ?1 ORDER BY id DESC LIMIT ?2");
  select.bind(only ? static_cast<std::int64_t>(*only) : 0);
  select.bind(static_cast<std::int64_t>(limit));
  std::vector<control::StoredEntry> entries;
  while (select.row()) entries.push_back({.id = select.number(0), .entry = entry_of(select)});
  if (select.failed()) return error("cannot read history");
  return entries;
}

Result<Reservation> Store::reservation() {
  SqlStatement select(database_.get(), "SELECT life, floor, up_to FROM epochs");
  if (!select.row()) {
    if (select.failed()) return error("cannot read the reserved epochs");
    return Reservation{};
  }
  return Reservation{.life = {to_unsigned(select.number(0))},
                     .floor = {to_unsigned(select.number(1))},
                     .up_to = {to_unsigned(select.number(2))}};
}

Result<void> Store::reserve(const Reservation& reservation) {
  SqlStatement replace(
      database_.get(),
      "INSERT OR REPLACE INTO epochs (one, life, floor, up_to) VALUES (1, ?, ?, ?)");
  replace.bind(to_signed(reservation.life.value))
      .bind(to_signed(reservation.floor.value))
      .bind(to_signed(reservation.up_to.value));
  if (!replace.done()) return error("cannot reserve epochs");
  return {};
}

}  // namespace flywall::services
