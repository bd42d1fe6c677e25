// One prepared SQLite statement: bind by position, step, read by column.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>

namespace flywall::services {

class SqlStatement {
 public:
  SqlStatement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK)
      statement_ = nullptr;
  }
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;
  ~SqlStatement() { sqlite3_finalize(statement_); }

  // Binds the next parameter. The text must live until the last step.
  SqlStatement& bind(std::int64_t value) {
    if (statement_) sqlite3_bind_int64(statement_, next_++, value);
    return *this;
  }
  SqlStatement& bind(std::string_view text) {
    if (statement_)
      sqlite3_bind_text(statement_, next_++, text.data(), static_cast<int>(text.size()),
                        SQLITE_STATIC);
    return *this;
  }

  bool row() { return step() == SQLITE_ROW; }
  bool done() { return step() == SQLITE_DONE; }
  bool failed() const { return result_ != SQLITE_ROW && result_ != SQLITE_DONE; }

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const {
    const unsigned char* bytes = sqlite3_column_text(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (!bytes) return {};
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }

 private:
  int step() { return result_ = statement_ ? sqlite3_step(statement_) : SQLITE_ERROR; }

  sqlite3_stmt* statement_ = nullptr;
  int next_ = 1;
  int result_ = SQLITE_ERROR;
};

}  // namespace flywall::services
