// SPDX-License-Identifier: Apache-2.0
#include "profiles/atomic_file.hpp"

#include "profiles/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <csignal>
#include <string>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using hpcadvise::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

// A disk that is full after `most_bytes`: each write beyond fails with EFBIG while this lives.
class FullDisk {
 public:
  explicit FullDisk(rlim_t most_bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit const limit{most_bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  FullDisk(FullDisk const&) = delete;
  FullDisk& operator=(FullDisk const&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("What is written is what is read", "[file]") {
  TemporaryFolder const folder;
  std::string const text("a\0b\r\n\xff", 6);
  write_file_atomically(folder / "file", text);
  CHECK(read_text_file(folder / "file") == text);
  write_file_atomically(folder / "file", "");
  CHECK(read_text_file(folder / "file").empty());
  CHECK(folder.entry_count() == 1);
}

TEST_CASE("Missing parent folders are created", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "a/b/file", "text");
  CHECK(read_text_file(folder / "a/b/file") == "text");
}

TEST_CASE("The longest file name that a folder allows can be written", "[file]") {
  TemporaryFolder const folder;
  std::string const name(255, 'n');
  write_file_atomically(folder / name, "text");
  CHECK(read_text_file(folder / name) == "text");
}

TEST_CASE("Writing through a symbolic link keeps the link", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "file", "old");
  fs::create_symlink("file", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_text_file(folder / "file") == "new");
}

TEST_CASE("When the disk is full the old file stands and nothing else is left", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "file", "old");
  {
    FullDisk const disk(4096);
    CHECK_THROWS_MATCHES(write_file_atomically(folder / "file", std::string(10'000, 'x')), FileError,
                         MessageMatches(ContainsSubstring("cannot write")));
  }
  CHECK(read_text_file(folder / "file") == "old");
  CHECK(folder.entry_count() == 1);
}

// A pipe stands for /dev/null and terminals, which a failing test run as root would destroy.
TEST_CASE("What is not a regular file is written to and never replaced", "[file]") {
  TemporaryFolder const folder;
  fs::path const pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  int const reader = ::open(pipe.c_str(), O_RDWR);  // holds both ends, so that neither waits for the other
  write_file_atomically(pipe, "text");
  CHECK(fs::is_fifo(pipe));
  char text[4] = {};
  if (fs::is_fifo(pipe)) CHECK(::read(reader, text, sizeof text) == 4);
  CHECK(std::string(text, 4) == "text");
  ::close(reader);
  CHECK(folder.entry_count() == 1);
}

TEST_CASE("A new file is nobody else's, beside what has its name, and follows no link", "[file]") {
  TemporaryFolder const folder;
  fs::create_symlink(folder / "victim", folder / "name.json");
  auto const one = write_new_file(folder.path(), "name", ".json", "one");
  auto const two = write_new_file(folder.path(), "name", ".json", "two");
  CHECK(one != two);
  CHECK(read_text_file(one) == "one");
  CHECK(read_text_file(two) == "two");
  CHECK(one.filename().string().starts_with("name-"));
  CHECK(one.extension() == ".json");
  CHECK(fs::status(one).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK_FALSE(fs::exists(folder / "victim"));
  CHECK(folder.entry_count() == 3);

  CHECK_THROWS_AS(write_new_file(folder / "absent", "name", ".json", "text"), FileError);
  FullDisk const disk(4096);
  CHECK_THROWS_AS(write_new_file(folder.path(), "name", ".json", std::string(10'000, 'x')), FileError);
  CHECK(folder.entry_count() == 3);
}

TEST_CASE("Only a regular file, or none, can be replaced", "[file]") {
  TemporaryFolder const folder;
  CHECK(can_be_replaced(folder / "absent"));
  write_file_atomically(folder / "file", "text");
  CHECK(can_be_replaced(folder / "file"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_FALSE(can_be_replaced(folder / "pipe"));
  CHECK_FALSE(can_be_replaced("/dev/null"));
}

TEST_CASE("What is open is known by another name", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "file", "text");
  write_file_atomically(folder / "other", "text");
  fs::create_symlink("file", folder / "link");
  int const descriptor = ::open((folder / "file").c_str(), O_RDONLY);
  CHECK(is_open_as(folder / "link", descriptor));
  CHECK_FALSE(is_open_as(folder / "other", descriptor));
  CHECK_FALSE(is_open_as(folder / "absent", descriptor));
  ::close(descriptor);
  CHECK_FALSE(is_open_as(folder / "file", -1));
}

TEST_CASE("A folder cannot be read or written as a file", "[file]") {
  TemporaryFolder const folder;
  CHECK_THROWS_AS(write_file_atomically(folder.path(), "text"), FileError);
  CHECK_THROWS_AS(read_text_file(folder.path()), FileError);
  CHECK(folder.entry_count() == 0);
}

TEST_CASE("A file below a file cannot be written", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "file", "old");
  for (auto const* const name : {"file/below", "file/far/below"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(write_file_atomically(folder / name, "text"), FileError);
  }
  CHECK(read_text_file(folder / "file") == "old");
  CHECK(folder.entry_count() == 1);
}

TEST_CASE("An error names the file and says what to do", "[file]") {
  try {
    read_text_file("/absent/file");
    FAIL("read a file that is not there");
  } catch (FileError const& error) {
    CHECK(error.file() == "/absent/file");
    CHECK_THAT(error.what(), ContainsSubstring("No such file"));
    CHECK_FALSE(error.next_step().empty());
    CHECK(error.exit_code() == ExitCode::usage);
  }
}

TEST_CASE("A file larger than allowed is not read to its end", "[file]") {
  TemporaryFolder const folder;
  write_file_atomically(folder / "file", std::string(1000, 'x'));
  CHECK(read_text_file(folder / "file", 1000).size() == 1000);
  CHECK_THROWS_AS(read_text_file(folder / "file", 999), FileError);
  CHECK_THROWS_AS(read_text_file("/dev/zero", 1u << 20), FileError);
}
