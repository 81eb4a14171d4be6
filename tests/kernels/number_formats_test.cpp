// SPDX-License-Identifier: Apache-2.0
#include "kernels/fragment/number_formats.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

using namespace hpcadvise::kernels;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
float const not_a_number = std::numeric_limits<float>::quiet_NaN();

// Of each format: what counts up from one number to the next.
template <class Format>
constexpr std::uint32_t step = 1;
template <>
constexpr std::uint32_t step<Tf32> = 1u << 13;
template <class Format>
constexpr std::uint32_t infinity_of = 0x7f80;
template <>
constexpr std::uint32_t infinity_of<Half> = 0x7c00;
template <>
constexpr std::uint32_t infinity_of<E4M3> = 0x7f;  // it has none: the NaN that stands behind the largest number
template <>
constexpr std::uint32_t infinity_of<Tf32> = 0x7f800000;

template <class Format>
Format with_bits(std::uint32_t bits) {
  return {decltype(Format::bits)(bits)};
}

template <class Format>
std::uint32_t bits_after_rounding(float value) {
  return converted<Format>(value).bits;
}

}  // namespace

TEMPLATE_TEST_CASE("A number between two of a format goes to the nearer, in the middle to the even one", "[fragment]",
                   Half, BFloat16, E4M3, Tf32) {
  for (std::uint32_t low = 0; low + step<TestType> < infinity_of<TestType>; low += step<TestType>) {
    std::uint32_t const high = low + step<TestType>;
    float const below = widened(with_bits<TestType>(low));
    float const above = widened(with_bits<TestType>(high));
    float const middle = below + (above - below) / 2;  // exact: one more bit than the format has
    std::uint32_t const even = low / step<TestType> % 2 == 0 ? low : high;
    bool const right = bits_after_rounding<TestType>(below) == low &&
                       bits_after_rounding<TestType>(std::nextafter(middle, 0.0f)) == low &&
                       bits_after_rounding<TestType>(middle) == even &&
                       bits_after_rounding<TestType>(std::nextafter(middle, infinity)) == high;
    if (!right) FAIL("between " << below << " and " << above);
  }
}

TEMPLATE_TEST_CASE("Infinities, zeros and their signs are kept, and what is not a number stays none", "[fragment]",
                   Half, BFloat16, Tf32) {
  CHECK(bits_after_rounding<TestType>(0.0f) == 0);
  CHECK(bits_after_rounding<TestType>(infinity) == infinity_of<TestType>);
  CHECK(widened(converted<TestType>(-infinity)) == -infinity);
  CHECK(std::signbit(widened(converted<TestType>(-0.0f))));
  CHECK(std::isnan(widened(converted<TestType>(not_a_number))));
  // A NaN whose payload lies in the bits that are dropped does not become an infinity.
  CHECK(std::isnan(widened(converted<TestType>(__builtin_bit_cast(float, 0x7f800001)))));
  CHECK(std::signbit(widened(converted<TestType>(__builtin_bit_cast(float, 0xff800001)))));
  // Symmetric.
  CHECK(widened(converted<TestType>(-1.2345f)) == -widened(converted<TestType>(1.2345f)));
}

TEST_CASE("Halves are those of IEEE binary16", "[fragment]") {
  STATIC_CHECK(to_half(1.0f).bits == 0x3c00);
  STATIC_CHECK(to_half(-2.0f).bits == 0xc000);
  STATIC_CHECK(to_half(65504.0f).bits == 0x7bff);  // the largest
  STATIC_CHECK(to_half(65519.996f).bits == 0x7bff);
  STATIC_CHECK(to_half(65520.0f).bits == 0x7c00);  // half way to 65536, which would be even
  STATIC_CHECK(to_half(1e30f).bits == 0x7c00);
  STATIC_CHECK(to_half(1.0f + 0x1p-11f).bits == 0x3c00);
  STATIC_CHECK(to_half(1.0f + 0x1.8p-10f).bits == 0x3c02);
  STATIC_CHECK(to_half(0x1p-14f).bits == 0x0400);  // the smallest normal one
  STATIC_CHECK(to_half(0x1p-24f).bits == 0x0001);  // the smallest
  STATIC_CHECK(to_half(0x1p-25f).bits == 0x0000);
  STATIC_CHECK(to_half(0x1.8p-24f).bits == 0x0002);
  STATIC_CHECK(to_half(-0x1p-24f).bits == 0x8001);
  STATIC_CHECK(widened(Half{0x3555}) == 0x1.554p-2f);  // 1/3
}

TEST_CASE("A bf16 is the upper half of an fp32, a tf32 its upper 19 bits", "[fragment]") {
  STATIC_CHECK(to_bfloat16(1.0f).bits == 0x3f80);
  STATIC_CHECK(to_bfloat16(1.0f + 0x1p-8f).bits == 0x3f80);
  STATIC_CHECK(to_bfloat16(1.0f + 0x1.8p-7f).bits == 0x3f82);
  STATIC_CHECK(to_bfloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  STATIC_CHECK(to_bfloat16(0x1p-133f).bits == 0x0001);  // subnormal
  STATIC_CHECK(to_tf32(1.0f).bits == 0x3f800000);
  STATIC_CHECK(to_tf32(1.0f + 0x1p-11f).bits == 0x3f800000);
  STATIC_CHECK(to_tf32(1.0f + 0x1.8p-10f).bits == 0x3f804000);
  STATIC_CHECK(to_tf32(std::numeric_limits<float>::max()).bits == 0x7f800000);
}

TEST_CASE("Every code of e4m3 is the number that the specification's formula gives, and comes back", "[fragment]") {
  for (int code = 0; code < 256; ++code) {
    int const exponent = code >> 3 & 15;
    int const fraction = code & 7;
    E4M3 const number{std::uint8_t(code)};
    INFO("code " << code);
    if (exponent == 15 && fraction == 7) {
      CHECK(std::isnan(widened(number)));
    } else {
      double const magnitude = exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
      CHECK(double(widened(number)) == (code < 128 ? magnitude : -magnitude));
    }
    CHECK(std::signbit(widened(number)) == (code >= 128));
    CHECK(to_e4m3(widened(number)).bits == code);
  }
}

TEST_CASE("Beyond 448 there is 448 in e4m3, of infinities too, and what is not a number stays none", "[fragment]") {
  STATIC_CHECK(to_e4m3(447.0f).bits == 0x7e);
  STATIC_CHECK(to_e4m3(464.0f).bits == 0x7e);  // half way to 480, which would be even
  STATIC_CHECK(to_e4m3(1e30f).bits == 0x7e);
  STATIC_CHECK(to_e4m3(-1e30f).bits == 0xfe);
  CHECK(to_e4m3(infinity).bits == 0x7e);
  CHECK(to_e4m3(-infinity).bits == 0xfe);
  CHECK(to_e4m3(not_a_number).bits == 0x7f);
  CHECK(to_e4m3(__builtin_bit_cast(float, 0xff800001)).bits == 0xff);
  STATIC_CHECK(to_e4m3(-0.0f).bits == 0x80);
  STATIC_CHECK(to_e4m3(1.0f).bits == 0x38);
  STATIC_CHECK(to_e4m3(0x1p-10f).bits == 0x00);  // half of the smallest
  STATIC_CHECK(to_e4m3(0x1.000002p-10f).bits == 0x01);
}
