// SPDX-License-Identifier: Apache-2.0
#include "advisor/logs/log_lines.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace hpcadvise::advisor::logs {
namespace {

constexpr std::size_t longest_line = 1 << 14;
constexpr double largest_count = 1e15;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// ECMA-48: ESC [ parameters and intermediates, ended by a byte from @ to ~.
std::string without_escapes(std::string_view line) {
  std::string plain;
  plain.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      plain += line[i];
      continue;
    }
    if (i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    }
  }
  return plain;
}

std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> whole(std::optional<double> value) {
  if (!value || !(*value >= 0) || *value > largest_count || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace

void each_line(std::string_view text, std::function<void(std::string_view line)> const& use) {
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of("\r\n"), text.size());
    auto const line = text.substr(0, std::min(end, longest_line));
    if (line.find('\x1b') == std::string_view::npos)
      use(line);
    else
      use(without_escapes(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// "nan", "inf", "-inf", a number with grouping commas.
std::optional<double> leading_number(std::string_view text) {
  text = trimmed(text);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  auto const starts = [&](std::string_view word) {
    return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
             return a == std::tolower(static_cast<unsigned char>(b));
           });
  };
  if (starts("nan") || starts("-nan")) return nan;
  if (starts("inf")) return infinity;
  if (starts("-inf")) return -infinity;

  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const groups = text[i] == ',' && i > 0 && is_digit(text[i - 1]) && i + 3 < text.size() &&
                        is_digit(text[i + 1]) && is_digit(text[i + 2]) && is_digit(text[i + 3]);
    if (groups) continue;
    if (!is_digit(text[i]) && std::string_view("+-.eE").find(text[i]) == std::string_view::npos) break;
    digits += text[i];
  }
  std::string_view const number = digits.starts_with('+') ? std::string_view(digits).substr(1) : digits;
  double value = 0;
  auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<double> number_after(std::string_view line, std::string_view key) {
  for (auto at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    if (at > 0 && is_word(line[at - 1]) && is_word(key.front())) continue;
    auto rest = line.substr(at + key.size());
    auto const first = rest.find_first_not_of(" \t:='\"");
    if (first == std::string_view::npos) continue;
    if (first == 0 && is_word(key.back()) && is_word(rest.front())) continue;
    if (auto const number = leading_number(rest.substr(first))) return number;
  }
  return std::nullopt;
}

std::optional<double> amount_after(std::string_view line, std::string_view key) {
  auto const number = number_after(line, key);
  if (!number || !std::isfinite(*number) || *number < 0) return std::nullopt;
  return number;
}

std::optional<std::int64_t> count_after(std::string_view line, std::string_view key) {
  return whole(amount_after(line, key));
}

std::optional<DottedRow> dotted_row(std::string_view line) {
  auto const dots = line.find(" ..");
  auto const start = dots == std::string_view::npos ? line.size() : line.find_first_not_of('.', dots + 1);
  if (start >= line.size() || line[start] != ' ') return std::nullopt;
  auto const before = trimmed(line.substr(0, dots));
  auto const name = before.substr(before.find_last_of(" \t") + 1);  // behind a rank's or a logger's prefix
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_word)) return std::nullopt;
  return DottedRow{name, trimmed(line.substr(start))};
}

std::optional<std::int64_t> positive_count(std::string_view text) {
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

std::optional<Sharding> zero_stage(std::string_view text) {
  return text == "0" ? Sharding::none : sharding_from_string("zero" + std::string(text));
}

std::string_view rank_of(std::string_view line) {
  for (std::string_view const key : {"[rank", "[default", "[Rank "}) {
    auto const at = line.find(key);
    if (at == std::string_view::npos) continue;
    auto const digits = line.substr(at + key.size());
    auto const end = std::find_if_not(digits.begin(), digits.end(), is_digit);
    if (end != digits.begin() && end != digits.end() && *end == ']')
      return digits.substr(0, std::size_t(end - digits.begin()));
  }
  auto const label = trimmed(line);
  auto const end = std::find_if_not(label.begin(), label.end(), is_digit);
  if (end != label.begin() && label.end() - end > 1 && *end == ':' && *(end + 1) == ' ')
    return label.substr(0, std::size_t(end - label.begin()));
  return {};
}

void raise(std::optional<double>& peak, std::optional<double> value) {
  if (value && *value > 0 && (!peak || *value > *peak)) peak = value;
}

void add_timer_line(std::map<std::string, LogTimer>& timers, std::string_view line) {
  auto const start = line.find("time (ms) |");
  if (start == std::string_view::npos) return;
  for (auto rest = line.substr(start); rest.find('|') != std::string_view::npos;) {
    rest = rest.substr(rest.find('|') + 1);
    auto const colon = rest.substr(0, rest.find('|')).find(':');
    if (colon == std::string_view::npos) continue;
    auto const name = trimmed(rest.substr(0, colon));
    auto const time_ms = amount_after(rest, name);
    if (!name.empty() && time_ms) timers[std::string(name)].slowest_s.push_back(*time_ms / 1000);
  }
}

void StepCollector::restart() {
  if (began_) ++segment_;
  began_ = false;
  last_iteration_.clear();
}

void StepCollector::restart_with_other_settings() {
  restart();
  forgotten_ += std::int64_t(read_.size());
  read_.clear();
}

void StepCollector::add(std::string_view line, LogStep step) {
  std::string rank(rank_of(line));
  auto const last = last_iteration_.find(rank);
  if (last != last_iteration_.end() && step.iteration < last->second) restart();
  began_ = true;
  last_iteration_[rank] = step.iteration;
  step.segment = segment_;
  read_.push_back({std::move(rank), std::move(step)});
}

void StepCollector::finish(TrainingLog& log) {
  std::map<std::string, std::int64_t> counts;
  for (auto const& each : read_) ++counts[each.rank];
  auto const most =
      std::max_element(counts.begin(), counts.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
  for (auto& each : read_) {
    if (each.rank == most->first)
      log.steps.push_back(std::move(each.step));
    else
      ++log.other_rank_steps;
  }
  log.restarts = segment_;
  log.other_settings_steps = forgotten_;
}

}  // namespace hpcadvise::advisor::logs
