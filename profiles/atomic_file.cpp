// SPDX-License-Identifier: Apache-2.0
#include "profiles/atomic_file.hpp"

#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace hpcadvise::profiles {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(fs::path const& file, std::string_view step, int error_number) {
  bool const no_space = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  throw FileError(file, "", fmt::format("cannot {}: {}", step, std::generic_category().message(error_number)),
                  no_space ? "free some space, or choose a file on another disk"
                           : "choose a file in a folder that you may write to");
}

// An open file that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  int close() { return ::close(std::exchange(descriptor_, -1)); }

 private:
  int descriptor_;
};

// Removes a file that was not completed.
class RemovalGuard {
 public:
  explicit RemovalGuard(fs::path const& file) : file_(file) {}
  RemovalGuard(RemovalGuard const&) = delete;
  RemovalGuard& operator=(RemovalGuard const&) = delete;
  ~RemovalGuard() {
    if (armed_) ::unlink(file_.c_str());
  }
  void release() { armed_ = false; }

 private:
  fs::path const& file_;
  bool armed_ = true;
};

// `target` names the file in messages: nobody knows the temporary one.
void write_text(int descriptor, std::string_view text, fs::path const& target) {
  while (!text.empty()) {
    ssize_t const written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(target, "write", errno);
    text.remove_prefix(std::size_t(written));
  }
}

// A short name, so that it fits wherever the target's does. O_EXCL, and more than one attempt, because a killed
// process may have left its own behind and two nodes may share the folder.
std::pair<int, fs::path> create_beside(fs::path const& target) {
  constexpr int most_attempts = 100;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    fs::path path = target.parent_path() / fmt::format(".hpcadvise-{}-{}.tmp", ::getpid(), attempt);
    int const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return {descriptor, std::move(path)};
    if (errno != EEXIST) break;
  }
  fail(target, "create a temporary file beside it", errno);
}

// A pipe, a terminal, /dev/null: nothing to replace, and renaming over it would destroy it.
void write_in_place(fs::path const& file, std::string_view text) {
  OpenFile output(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (output.descriptor() < 0) fail(file, "open for writing", errno);
  write_text(output.descriptor(), text, file);
  if (output.close() != 0) fail(file, "close", errno);
}

// Network file systems report a failed write only when it is closed.
void finish(OpenFile& output, fs::path const& target) {
  if (::fsync(output.descriptor()) != 0) fail(target, "sync to disk", errno);
  if (output.close() != 0) fail(target, "close", errno);
}

void replace(fs::path const& target, std::string_view text) {
  auto const [descriptor, temporary] = create_beside(target);
  RemovalGuard guard(temporary);
  OpenFile output(descriptor);
  write_text(output.descriptor(), text, target);
  finish(output, target);
  if (::rename(temporary.c_str(), target.c_str()) != 0) fail(target, "rename the new file to it", errno);
  guard.release();
}

// The rename itself survives a power cut only once its folder is synced. Not every file system can; the file is
// whole either way.
void sync_folder(fs::path const& folder) {
  OpenFile const open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open_folder.descriptor() >= 0) ::fsync(open_folder.descriptor());
}

}  // namespace

std::string read_text_file(fs::path const& file, std::uintmax_t most_bytes) {
  std::error_code error;
  if (fs::is_directory(file, error)) throw FileError(file, "", "is a folder", "name a file in it");

  std::ifstream input(file, std::ios::binary);
  if (!input) {
    int const error_number = errno;
    throw FileError(file, "", "cannot open: " + std::generic_category().message(error_number),
                    "check the name and that you may read it");
  }
  std::string text;
  std::array<char, 1 << 16> chunk{};
  while (input.read(chunk.data(), chunk.size()), input.gcount() > 0) {
    text.append(chunk.data(), std::size_t(input.gcount()));
    if (text.size() > most_bytes)
      throw FileError(file, "", "is larger than " + format_bytes(double(most_bytes)),
                      "check that it is the right file");
  }
  if (input.bad()) throw FileError(file, "", "cannot be read to its end", "check the disk it is on");
  return text;
}

void write_file_atomically(fs::path const& file, std::string_view text) {
  std::error_code error;
  fs::file_status const status = fs::status(file, error);
  if (fs::is_directory(status)) throw FileError(file, "", "is a folder", "name a file in it");
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_in_place(file, text);

  // Through a link to what it names, so that the link stands.
  fs::path target = fs::exists(status) ? fs::canonical(file, error) : fs::absolute(file, error);
  if (error) fail(file, "find the file", error.value());
  fs::create_directories(target.parent_path(), error);
  if (error) fail(file, "create the folder " + target.parent_path().string(), error.value());
  replace(target, text);
  sync_folder(target.parent_path());
}

fs::path write_new_file(fs::path const& folder, std::string_view stem, std::string_view suffix, std::string_view text) {
  std::string name = (folder / fmt::format("{}-XXXXXX{}", stem, suffix)).string();
  OpenFile output(::mkostemps(name.data(), int(suffix.size()), O_CLOEXEC));
  if (output.descriptor() < 0) fail(name, "create", errno);
  fs::path const file(name);
  RemovalGuard guard(file);
  write_text(output.descriptor(), text, file);
  finish(output, file);
  guard.release();
  return file;
}

bool can_be_replaced(fs::path const& file) {
  std::error_code error;
  auto const status = fs::status(file, error);
  return !fs::exists(status) || fs::is_regular_file(status);
}

bool is_open_as(fs::path const& file, int descriptor) {
  struct stat named {};
  struct stat open {};
  return ::stat(file.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

}  // namespace hpcadvise::profiles
