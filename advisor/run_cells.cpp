// SPDX-License-Identifier: Apache-2.0
#include "advisor/run_cells.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace hpcadvise::advisor {

std::string RunCells::text(std::string_view column) const {
  std::size_t const index = table_->column(column);
  if (index >= row_->cells.size()) return "";
  std::string_view cell = row_->cells[index];
  while (cell.starts_with(' ')) cell.remove_prefix(1);
  while (cell.ends_with(' ')) cell.remove_suffix(1);
  return std::string(cell);
}

std::string RunCells::place() const {
  return fmt::format("{}line {}", table_->file.empty() ? "" : table_->file.string() + ": ", row_->line);
}

std::string RunCells::place(std::string_view column) const { return fmt::format("{}, column '{}'", place(), column); }

void RunCells::refuse(std::string_view column, std::string_view why) const {
  throw RowRefusal{RunStatus::invalid, fmt::format("{}: '{}' {}", place(column), text(column), why)};
}

void RunCells::skip(std::string_view column, std::string_view why) const {
  throw RowRefusal{RunStatus::skipped, fmt::format("{}: {}", place(column), why)};
}

std::optional<double> RunCells::number(std::string_view column) const {
  std::string const cell = text(column);
  if (cell.empty()) return std::nullopt;
  double value = 0;
  auto const [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(value))
    refuse(column, "is not a number");
  if (value < 0) refuse(column, "is below zero");
  return value;
}

std::optional<std::int64_t> RunCells::count(std::string_view column) const {
  auto const value = number(column);
  if (!value) return std::nullopt;
  constexpr double most = 2e6;  // beyond any size here; the product of three stays within 64 bits
  if (*value != std::floor(*value) || *value < 1 || *value > most)
    refuse(column, "is not a whole number from 1 to 2,000,000");
  return std::int64_t(*value);
}

std::optional<bool> RunCells::flag(std::string_view column) const {
  std::string const cell = text(column);
  if (cell.empty()) return std::nullopt;
  if (cell != "true" && cell != "false") refuse(column, "is neither true nor false");
  return cell == "true";
}

std::int64_t RunCells::needed_count(std::string_view column) const {
  if (auto const value = count(column)) return *value;
  skip(column, "is not stated");
}

}  // namespace hpcadvise::advisor
