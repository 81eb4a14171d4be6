// SPDX-License-Identifier: Apache-2.0
#pragma once

// The formats of 8 and 16 bits and tf32 as bits, with conversions to and from fp32: to nearest, ties to even,
// infinities kept where the format has them, NaN quiet with its sign. Integer arithmetic, so host and device give the
// same bits; but where a device converts alike to a 16-bit format, NaN excepted, by an instruction, it does.
// (cvt.rna.tf32, the one conversion to tf32 that sm_80 has, rounds ties away from zero.)

#include "kernels/fragment/device_function.hpp"

#include <cstdint>
#include <type_traits>

namespace hpcadvise::kernels {

struct Half {  // 1 sign, 5 exponent, 10 fraction bits: IEEE binary16
  std::uint16_t bits;
};

struct BFloat16 {  // the upper half of an fp32: 1, 8, 7
  std::uint16_t bits;
};

// 1 sign, 4 exponent, 3 fraction bits; the largest is 448, there is one NaN of each sign and no infinity (OCP 8-bit
// Floating Point Specification 1.0, 5.1).
struct E4M3 {
  std::uint8_t bits;
};

struct Tf32 {  // an fp32 whose lower 13 bits are zero: 1, 8, 10
  std::uint32_t bits;
};

namespace detail {

inline constexpr std::uint32_t sign_bit = 0x8000'0000;
inline constexpr std::uint32_t infinity_bits = 0x7f80'0000;
inline constexpr std::uint32_t quiet_bit = 0x0040'0000;

// std::bit_cast is a host function to nvcc; the builtin is one of GCC, Clang and nvcc alike.
HPCADVISE_DEVICE_FUNCTION constexpr std::uint32_t bits_of(float value) {
  return __builtin_bit_cast(std::uint32_t, value);
}
HPCADVISE_DEVICE_FUNCTION constexpr float float_of(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

// An fp32's bits without the lowest `dropped` bits of the fraction. Beyond the largest finite number it carries over
// into infinity, as it should.
HPCADVISE_DEVICE_FUNCTION constexpr std::uint32_t rounded_bits(std::uint32_t bits, int dropped) {
  std::uint32_t const kept = ~((1u << dropped) - 1);
  if ((bits & ~sign_bit) > infinity_bits) return (bits | quiet_bit) & kept;
  std::uint32_t const below_half = (1u << (dropped - 1)) - 1;
  return (bits + below_half + (bits >> dropped & 1u)) & kept;
}

}  // namespace detail

HPCADVISE_DEVICE_FUNCTION constexpr float widened(Tf32 number) { return detail::float_of(number.bits); }
HPCADVISE_DEVICE_FUNCTION constexpr float widened(BFloat16 number) {
  return detail::float_of(std::uint32_t{number.bits} << 16);
}
HPCADVISE_DEVICE_FUNCTION constexpr float widened(Half number) {
  std::uint32_t const sign = (number.bits & 0x8000u) << 16;
  std::uint32_t const magnitude = number.bits & 0x7fffu;
  if (magnitude >= 0x7c00) return detail::float_of(sign | detail::infinity_bits | magnitude << 13);
  // Subnormal: a multiple of 2^-24. Else the exponent's bias goes from 15 to 127.
  if (magnitude < 0x0400) return detail::float_of(sign | detail::bits_of(float(magnitude) * 0x1p-24f));
  return detail::float_of(sign | ((magnitude << 13) + (112u << 23)));
}
HPCADVISE_DEVICE_FUNCTION constexpr float widened(E4M3 number) {
  std::uint32_t const sign = (number.bits & 0x80u) << 24;
  std::uint32_t const magnitude = number.bits & 0x7fu;
  if (magnitude == 0x7f) return detail::float_of(sign | detail::infinity_bits | detail::quiet_bit);
  // Subnormal: a multiple of 2^-9. Else the exponent's bias goes from 7 to 127.
  if (magnitude < 0x08) return detail::float_of(sign | detail::bits_of(float(magnitude) * 0x1p-9f));
  return detail::float_of(sign | ((magnitude << 20) + (120u << 23)));
}
HPCADVISE_DEVICE_FUNCTION constexpr float widened(float number) { return number; }
HPCADVISE_DEVICE_FUNCTION constexpr double widened(double number) { return number; }

HPCADVISE_DEVICE_FUNCTION constexpr Tf32 to_tf32(float value) {
  return {detail::rounded_bits(detail::bits_of(value), 13)};
}
HPCADVISE_DEVICE_FUNCTION constexpr BFloat16 to_bfloat16(float value) {
#if defined(__CUDA_ARCH__)
  if (!__builtin_is_constant_evaluated()) {
    BFloat16 number{};
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(number.bits) : "f"(value));
    return number;
  }
#endif
  return {std::uint16_t(detail::rounded_bits(detail::bits_of(value), 16) >> 16)};
}
HPCADVISE_DEVICE_FUNCTION constexpr Half to_half(float value) {
#if defined(__CUDA_ARCH__)
  if (!__builtin_is_constant_evaluated()) {
    Half number{};
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(number.bits) : "f"(value));
    return number;
  }
#elif defined(__HIP_DEVICE_COMPILE__)
  return __builtin_bit_cast(Half, static_cast<_Float16>(value));
#endif
  std::uint32_t const sign = detail::bits_of(value) >> 16 & 0x8000u;
  std::uint32_t const magnitude = detail::bits_of(value) & ~detail::sign_bit;
  if (magnitude > detail::infinity_bits) return {std::uint16_t(sign | 0x7e00u)};
  if (magnitude < detail::bits_of(0x1p-14f)) {
    // Between 0.5 and 1 the fp32 numbers lie 2^-24 apart, as the subnormals do: the addition rounds to one of them.
    std::uint32_t const subnormal = detail::bits_of(detail::float_of(magnitude) + 0.5f) - detail::bits_of(0.5f);
    return {std::uint16_t(sign | subnormal)};
  }
  std::uint32_t const rebiased = (detail::rounded_bits(magnitude, 13) >> 13) - (112u << 10);
  return {std::uint16_t(sign | (rebiased < 0x7c00u ? rebiased : 0x7c00u))};
}
// What lies beyond 448, infinities too, becomes 448: the specification's saturation, and cvt.rn.satfinite's.
HPCADVISE_DEVICE_FUNCTION constexpr E4M3 to_e4m3(float value) {
  std::uint32_t const sign = detail::bits_of(value) >> 24 & 0x80u;
  std::uint32_t const magnitude = detail::bits_of(value) & ~detail::sign_bit;
  if (magnitude > detail::infinity_bits) return {std::uint8_t(sign | 0x7fu)};
  if (magnitude >= detail::bits_of(448.0f)) return {std::uint8_t(sign | 0x7eu)};
  if (magnitude < detail::bits_of(0x1p-6f)) {
    // As with halves: from 2^14 on the fp32 numbers lie 2^-9 apart.
    std::uint32_t const subnormal = detail::bits_of(detail::float_of(magnitude) + 0x1p14f) - detail::bits_of(0x1p14f);
    return {std::uint8_t(sign | subnormal)};
  }
  return {std::uint8_t(sign | ((detail::rounded_bits(magnitude, 20) >> 20) - (120u << 3)))};
}

// `value` in the format To; the same format is left as it is.
template <class To, class From>
HPCADVISE_DEVICE_FUNCTION constexpr To converted(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, Half>) {
    return to_half(value);
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return to_bfloat16(value);
  } else if constexpr (std::is_same_v<To, E4M3>) {
    return to_e4m3(value);
  } else {
    static_assert(std::is_same_v<To, Tf32>);
    return to_tf32(value);
  }
}

}  // namespace hpcadvise::kernels
