// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cells of one row of a table of runs, by column name and type. Remembers which took a default.

#include "advisor/csv_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

enum class RunStatus { ok, skipped, invalid };

// Ends the reading of a row: `skipped` when something is not there, `invalid` when something is wrong.
struct RowRefusal {
  RunStatus status = RunStatus::skipped;
  std::string reason;
};

class RunCells {
 public:
  RunCells(CsvTable const& table, CsvRow const& row) : table_(&table), row_(&row) {}

  std::string text(std::string_view column) const;  // empty: not stated, or no such column
  std::optional<double> number(std::string_view column) const;
  std::optional<std::int64_t> count(std::string_view column) const;  // at least 1
  std::optional<bool> flag(std::string_view column) const;           // true or false

  // "runs.csv: line 3", and "runs.csv: line 3, column 'tp'".
  std::string place() const;
  std::string place(std::string_view column) const;

  // Throws RowRefusal (skipped) when the cell is empty.
  std::int64_t needed_count(std::string_view column) const;

  // A default in place of an empty cell, noted as assumed.
  template <class Value>
  Value assume(std::string_view column, Value fallback) {
    assumed_.emplace_back(column);
    return fallback;
  }
  template <class Value>
  Value or_assume(std::string_view column, std::optional<Value> const& given, Value fallback) {
    return given ? *given : assume(column, fallback);
  }
  std::vector<std::string> const& assumed() const { return assumed_; }

  // Throw RowRefusal with the place: invalid, what the cell says and why that is wrong; skipped, why it is of no use.
  [[noreturn]] void refuse(std::string_view column, std::string_view why) const;
  [[noreturn]] void skip(std::string_view column, std::string_view why) const;

 private:
  CsvTable const* table_;
  CsvRow const* row_;
  std::vector<std::string> assumed_;
};

}  // namespace hpcadvise::advisor
