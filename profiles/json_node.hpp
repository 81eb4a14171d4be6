// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JSON value that knows its place, read strictly: a missing key, a wrong type or a value out of range is a JsonError
// with the JSON pointer. Keys that nobody asks for are ignored.

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hpcadvise::profiles {

// The place, what is wrong there, and what to do if that is particular; read_json adds the file.
class JsonError : public std::runtime_error {
 public:
  JsonError(std::string pointer, std::string const& what, std::string next_step)
      : std::runtime_error(what), pointer_(std::move(pointer)), next_step_(std::move(next_step)) {}
  std::string const& pointer() const noexcept { return pointer_; }
  std::string const& next_step() const noexcept { return next_step_; }

 private:
  std::string pointer_;
  std::string next_step_;
};

// Refers to a value that must outlive it.
class JsonNode {
 public:
  explicit JsonNode(nlohmann::ordered_json const& value, std::string pointer = "")
      : value_(&value), pointer_(std::move(pointer)) {}

  nlohmann::ordered_json const& value() const { return *value_; }
  std::string const& pointer() const { return pointer_; }
  [[noreturn]] void fail(std::string const& what, std::string const& next_step = "") const {
    throw JsonError(pointer_, what, next_step);
  }

  // Of an object.
  JsonNode at(std::string_view key) const;
  std::optional<JsonNode> find(std::string_view key) const;  // nothing if absent
  std::vector<std::pair<std::string, JsonNode>> members() const;
  std::map<std::string, std::string> texts_by_name() const;
  std::map<std::string, double> numbers_by_name() const;

  // Of an array.
  std::vector<JsonNode> elements() const;
  std::vector<std::string> texts() const;
  std::vector<double> numbers_from(double least) const;

  // Of a single value. 2.0 is not an integer; an integer is a number.
  std::string text() const;
  bool boolean() const;
  std::int64_t integer(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
  int small_integer(int least) const { return int(integer(least, std::numeric_limits<int>::max())); }
  double number() const;
  double number_from(double least) const;
  // A string that names an enumerator, by its from_string function.
  template <class Enum>
  Enum one_of(std::optional<Enum> (*from_string)(std::string_view)) const {
    std::string const name = text();
    if (auto const value = from_string(name)) return *value;
    fail("'" + name + "' is not a value known here");
  }

 private:
  JsonNode child(nlohmann::ordered_json const& value, std::string_view key) const;
  void expect(bool condition, std::string_view wanted) const;

  nlohmann::ordered_json const* value_;
  std::string pointer_;
};

}  // namespace hpcadvise::profiles
