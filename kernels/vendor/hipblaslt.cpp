// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/hip_libraries.hpp"
#include "kernels/vendor/hipblaslt_abi.hpp"
#include "kernels/vendor/shared_library.hpp"

#include <array>
#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

struct Library {
  // ROCm 7 names it 1, those before it 0.
  SharedLibrary file{"libhipblaslt.so.1", "libhipblaslt.so.0", "libhipblaslt.so"};
  hipblaslt::Create create = nullptr;
  hipblaslt::Destroy destroy = nullptr;
  hipblaslt::GetVersion version = nullptr;
  hipblaslt::CreateOperation create_operation = nullptr;
  hipblaslt::DestroyOperation destroy_operation = nullptr;
  hipblaslt::SetOperation set_operation = nullptr;
  hipblaslt::CreateLayout create_layout = nullptr;
  hipblaslt::DestroyLayout destroy_layout = nullptr;
  hipblaslt::CreatePreference create_preference = nullptr;
  hipblaslt::DestroyPreference destroy_preference = nullptr;
  hipblaslt::SetPreference set_preference = nullptr;
  hipblaslt::GetHeuristic heuristic = nullptr;
  hipblaslt::Multiply multiply = nullptr;

  Library() {
    file.find(create, "hipblasLtCreate");
    file.find(destroy, "hipblasLtDestroy");
    file.find(version, "hipblasLtGetVersion");
    file.find(create_operation, "hipblasLtMatmulDescCreate");
    file.find(destroy_operation, "hipblasLtMatmulDescDestroy");
    file.find(set_operation, "hipblasLtMatmulDescSetAttribute");
    file.find(create_layout, "hipblasLtMatrixLayoutCreate");
    file.find(destroy_layout, "hipblasLtMatrixLayoutDestroy");
    file.find(create_preference, "hipblasLtMatmulPreferenceCreate");
    file.find(destroy_preference, "hipblasLtMatmulPreferenceDestroy");
    file.find(set_preference, "hipblasLtMatmulPreferenceSetAttribute");
    file.find(heuristic, "hipblasLtMatmulAlgoGetHeuristic");
    file.find(multiply, "hipblasLtMatmul");
  }
};

// Loaded once: what it found does not change while the program runs.
Library const& library() {
  static Library const loaded;
  return loaded;
}

void check(hipblaslt::Status status, char const* call) {
  if (status != hipblaslt::success)
    throw std::runtime_error(std::string(call) + " of hipBLASLt returned status " + std::to_string(status));
}

// A descriptor of the library's, given back in the end.
class Descriptor {
 public:
  template <class Create, class... Arguments>
  Descriptor(hipblaslt::Status (*destroy)(void*), char const* call, Create create, Arguments... arguments)
      : destroy_(destroy) {
    check(create(&descriptor_, arguments...), call);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() { destroy_(descriptor_); }

  void* get() const { return descriptor_; }

 private:
  hipblaslt::Status (*destroy_)(void*);
  void* descriptor_ = nullptr;
};

struct Layout : Descriptor {
  Layout(ColumnMajorMatrix const& matrix, hipDataType type)
      : Descriptor(library().destroy_layout, "hipblasLtMatrixLayoutCreate", library().create_layout, type,
                   std::uint64_t(matrix.rows), std::uint64_t(matrix.columns), matrix.stride) {}
};

hipDataType type_of(ElementFormat format) {
  switch (format) {
    case ElementFormat::fp32: return HIP_R_32F;
    case ElementFormat::fp16: return HIP_R_16F;
    case ElementFormat::bf16: return HIP_R_16BF;
    case ElementFormat::fp64: break;
  }
  throw std::runtime_error("hipBLASLt has no product of fp64");
}

// As much as PyTorch gives it (aten/src/ATen/cuda/CUDABlas.cpp, HIPBLASLT_WORKSPACE_SIZE).
constexpr std::uint64_t scratch_bytes = std::uint64_t{76} << 20;

// The handle, scratch memory, and the algorithm of the last problem: choosing one takes longer than a small product.
class State {
 public:
  State() : scratch_(Kokkos::view_alloc(Kokkos::WithoutInitializing, "hpcadvise::vendor_gemm"), scratch_bytes) {}

  void multiply(Space const& space, ElementFormat format, ColumnMajorProduct const& product) {
    auto const type = type_of(format);
    Descriptor const operation(library().destroy_operation, "hipblasLtMatmulDescCreate", library().create_operation,
                               hipblaslt::compute_fp32, HIP_R_32F);
    set(operation, hipblaslt::operation_first_op, product.first_op);
    set(operation, hipblaslt::operation_second_op, product.second_op);
    Layout const first(product.first, type), second(product.second, type), result(product.result, type);
    Problem const problem{product.first.rows,     product.first.columns,          product.second.rows,
                          product.second.columns, std::int64_t(product.first_op), std::int64_t(product.second_op),
                          std::int64_t(format)};
    if (problem != problem_) choose(problem, operation, first, second, result);
    float const one = 1, zero = 0;
    auto* const out = const_cast<void*>(product.result.data);
    check(library().multiply(handle_.get(), operation.get(), &one, product.first.data, first.get(), product.second.data,
                             second.get(), &zero, out, result.get(), out, result.get(), &algorithm_, scratch_.data(),
                             scratch_bytes, space.hip_stream()),
          "hipblasLtMatmul");
  }

 private:
  using Problem = std::array<std::int64_t, 7>;

  static void set(Descriptor const& operation, int attribute, Transpose op) {
    auto const value = op == Transpose::no ? hipblaslt::no_transpose : hipblaslt::transpose;
    check(library().set_operation(operation.get(), attribute, &value, sizeof value), "hipblasLtMatmulDescSetAttribute");
  }

  void choose(Problem const& problem, Descriptor const& operation, Layout const& first, Layout const& second,
              Layout const& result) {
    Descriptor const preference(library().destroy_preference, "hipblasLtMatmulPreferenceCreate",
                                library().create_preference);
    check(library().set_preference(preference.get(), hipblaslt::preference_workspace_bytes, &scratch_bytes,
                                   sizeof scratch_bytes),
          "hipblasLtMatmulPreferenceSetAttribute");
    hipblaslt::Heuristic found{};
    int count = 0;
    check(library().heuristic(handle_.get(), operation.get(), first.get(), second.get(), result.get(), result.get(),
                              preference.get(), 1, &found, &count),
          "hipblasLtMatmulAlgoGetHeuristic");
    if (count == 0) throw std::runtime_error("hipBLASLt has no algorithm for this product");
    algorithm_ = found.algorithm;
    problem_ = problem;
  }

  Descriptor handle_{library().destroy, "hipblasLtCreate", library().create};
  Kokkos::View<char*, MemorySpace> scratch_;
  Problem problem_{};
  hipblaslt::Algorithm algorithm_{};
};

// 1100 is 0.11.0.
std::string text_of(int version) {
  return std::to_string(version / 100000) + "." + std::to_string(version / 100 % 1000) + "." +
         std::to_string(version % 100);
}

}  // namespace

VendorLibrary identify_hipblaslt() {
  VendorLibrary result{.name = "hipblaslt", .version = "unknown", .problem = library().file.problem()};
  if (!result.problem.empty()) return result;
  try {
    // The library tells its version through a handle alone.
    Descriptor const handle(library().destroy, "hipblasLtCreate", library().create);
    int version = 0;
    check(library().version(handle.get(), &version), "hipblasLtGetVersion");
    result.version = text_of(version);
    if (version < hipblaslt::oldest_version)
      result.problem = "version " + result.version + " is older than " + text_of(hipblaslt::oldest_version);
  } catch (std::runtime_error const& error) {
    result.problem = error.what();
  }
  return result;
}

void multiply_by_hipblaslt(Space const& space, ElementFormat format, ColumnMajorProduct const& product,
                           std::shared_ptr<void>& state) {
  if (!state) state = std::make_shared<State>();
  static_cast<State*>(state.get())->multiply(space, format, product);
}

}  // namespace hpcadvise::kernels
