// SPDX-License-Identifier: Apache-2.0
#include "kernels/fragment/wgmma.hpp"

#include "kernels/device/swizzled_panel.hpp"
#include "kernels/fragment/descriptor_model.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <utility>

using namespace hpcadvise::kernels;

namespace {

constexpr int element_bytes = 2, atoms_apart = 1024, columns_apart = 8192;
using enum MatrixOrder;

std::uint32_t address_of(MatrixOrder order, int i, int p, std::uint32_t start = 0) {
  return described_address(matrix_descriptor(start, atoms_apart, columns_apart), order, i, p, element_bytes);
}

// Where the copies put element (i, p) of a panel, in bytes from its begin.
template <class Panel>
int copied_to(int i, int p) {
  int const line = Panel::along_depth ? i : p, element = Panel::along_depth ? p : i;
  return element_bytes * (Panel::part_place(line, element / 8 * 8) + element % 8);
}

// Whether an instruction that begins at (first_width, first_depth) reads each element where the copies put it.
template <class Panel>
bool is_read_where_it_is(int first_width, int first_depth, int width) {
  std::uint32_t const begin = 3 * descriptor_atom_bytes;
  MatrixDescriptor const descriptor = Panel::descriptor(begin, first_width, first_depth);
  for (int i = 0; i < width; ++i)
    for (int p = 0; p < 16; ++p)
      if (described_address(descriptor, Panel::matrix_order, i, p, element_bytes) !=
          begin + std::uint32_t(copied_to<Panel>(first_width + i, first_depth + p)))
        return false;
  return true;
}

}  // namespace

// PTX ISA, "Register Fragments and Shared Memory Matrix Layouts: wgmma .m64nNk16", accumulator D, written as it is
// there.
TEST_CASE("The sums of wgmma lie in registers as the PTX ISA says", "[fragment]") {
  using Instruction = WgmmaM64K16<BFloat16, 256>;
  std::set<std::pair<int, int>> held;
  for (int thread = 0; thread < 128; ++thread) {
    int const warp = thread / 32, group = thread % 32 >> 2, in_group = thread % 4;
    for (int i = 0; i < 128; ++i) {
      Position const at = Instruction::c_position(thread, i);
      CHECK(at.row == warp * 16 + group + (i % 4 < 2 ? 0 : 8));
      CHECK(at.column == i / 4 * 8 + in_group * 2 + (i & 1));
      held.insert({at.row, at.column});
    }
  }
  CHECK(held.size() == std::size_t(64) * 256);
}

// The same, "Matrix-descriptor format".
TEST_CASE("A descriptor holds address, distances and swizzling in units of 16 bytes", "[fragment]") {
  std::uint64_t const bits = matrix_descriptor(0x2450, 1024, 8192).bits;
  CHECK((bits & 0x3fff) == 0x245);
  CHECK((bits >> 16 & 0x3fff) == 512);
  CHECK((bits >> 32 & 0x3fff) == 64);
  CHECK((bits >> 49 & 7) == 0);
  CHECK(bits >> 62 == 1);
  CHECK((matrix_descriptor(0x3'fff0, 16, 16).bits & 0xffff) == 0x3fff);
}

// The same, "Strides" and "Swizzling modes".
TEST_CASE("An operand along k: lines of 64 numbers, in eight of which parts change places", "[fragment]") {
  CHECK(address_of(as_stored, 0, 0) == 0);
  CHECK(address_of(as_stored, 0, 9) == 18);
  CHECK(address_of(as_stored, 1, 0) == 128 + 16);  // part 0 is where part 1 would be
  CHECK(address_of(as_stored, 1, 8) == 128);
  CHECK(address_of(as_stored, 7, 8) == 7 * 128 + 6 * 16);
  CHECK(address_of(as_stored, 8, 8) == 1024 + 16);
  CHECK(address_of(as_stored, 5, 0, 32) == 5 * 128 + (2 ^ 5) * 16);  // k from 16 on
}

TEST_CASE("An operand across k: lines of 64 rows, then the next column", "[fragment]") {
  CHECK(address_of(transposed, 9, 0) == 18);
  CHECK(address_of(transposed, 0, 1) == 128 + 16);
  CHECK(address_of(transposed, 8, 1) == 128);
  CHECK(address_of(transposed, 0, 8) == 1024);
  CHECK(address_of(transposed, 65, 0) == 8192 + 2);
  CHECK(address_of(transposed, 128, 9) == 2 * 8192 + 1024 + 128 + 16);
}

TEST_CASE("A descriptor that says what the model does not do is refused", "[fragment]") {
  auto const refused = [](std::uint64_t changed_bits, MatrixOrder order, int i, int p) {
    MatrixDescriptor descriptor = matrix_descriptor(0, atoms_apart, columns_apart);
    descriptor.bits ^= changed_bits;
    try {
      static_cast<void>(described_address(descriptor, order, i, p, element_bytes));
      return false;
    } catch (std::invalid_argument const&) {
      return true;
    }
  };
  CHECK_FALSE(refused(0, as_stored, 0, 63));
  CHECK(refused(0, as_stored, 0, 64));                      // beyond the line
  CHECK(refused(std::uint64_t{3} << 62, as_stored, 0, 0));  // 64 bytes
  CHECK(refused(std::uint64_t{1} << 49, as_stored, 0, 0));  // a base offset
  CHECK(refused(1, transposed, 0, 0));                      // within a line
}

TEST_CASE("Eight lines' parts of one place are in different banks", "[fragment]") {
  for (int part = 0; part < 8; ++part) {
    std::set<std::uint32_t> places;
    for (int line = 0; line < 8; ++line) places.insert(address_of(as_stored, line, 8 * part) % 128);
    CHECK(places.size() == 8);
  }
}

TEST_CASE("Products read panels where the copies put them", "[fragment][gemm]") {
  using AlongDepth = SwizzledPanel<BFloat16, 128, 64, PanelOrder::along_depth>;
  using AlongWidth = SwizzledPanel<BFloat16, 128, 64, PanelOrder::along_width>;
  for (int depth = 0; depth < 64; depth += 16) {
    CHECK(is_read_where_it_is<AlongDepth>(0, depth, 128));
    CHECK(is_read_where_it_is<AlongDepth>(64, depth, 64));
    CHECK(is_read_where_it_is<AlongWidth>(0, depth, 128));
    CHECK(is_read_where_it_is<AlongWidth>(64, depth, 64));
  }
}
