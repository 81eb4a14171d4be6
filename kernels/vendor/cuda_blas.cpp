// SPDX-License-Identifier: Apache-2.0
// cuBLASLt, which frameworks call for their GEMMs.
#include "kernels/vendor/column_major.hpp"
#include "kernels/vendor/shared_library.hpp"
#include "kernels/vendor_blas.hpp"

#include <cublasLt.h>

#include <array>
#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

#define HPCADVISE_TEXT_OF(number) #number
#define HPCADVISE_TEXT(number) HPCADVISE_TEXT_OF(number)
constexpr char const* file_name = "libcublasLt.so." HPCADVISE_TEXT(CUBLAS_VER_MAJOR);
#undef HPCADVISE_TEXT
#undef HPCADVISE_TEXT_OF

struct Library {
  SharedLibrary file{file_name};
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtGetVersion) version = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;
  decltype(&cublasLtMatmulDescInit_internal) init_operation = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) set_operation = nullptr;
  decltype(&cublasLtMatrixLayoutInit_internal) init_layout = nullptr;
  decltype(&cublasLtMatmulPreferenceInit_internal) init_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) set_preference = nullptr;

  Library() {
    file.find(create, "cublasLtCreate");
    file.find(destroy, "cublasLtDestroy");
    file.find(version, "cublasLtGetVersion");
    file.find(matmul, "cublasLtMatmul");
    file.find(heuristic, "cublasLtMatmulAlgoGetHeuristic");
    file.find(init_operation, "cublasLtMatmulDescInit_internal");
    file.find(set_operation, "cublasLtMatmulDescSetAttribute");
    file.find(init_layout, "cublasLtMatrixLayoutInit_internal");
    file.find(init_preference, "cublasLtMatmulPreferenceInit_internal");
    file.find(set_preference, "cublasLtMatmulPreferenceSetAttribute");
  }
};

// Loaded once: what it found does not change while the program runs.
Library const& library() {
  static Library const loaded;
  return loaded;
}

void check(cublasStatus_t status, char const* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string(call) + " of cuBLASLt returned status " + std::to_string(int(status)));
}

cublasLtMatrixLayoutOpaque_t layout(ColumnMajorMatrix const& matrix, cudaDataType_t type) {
  cublasLtMatrixLayoutOpaque_t result{};
  check(library().init_layout(&result, sizeof result, type, std::uint64_t(matrix.rows), std::uint64_t(matrix.columns),
                              matrix.stride),
        "cublasLtMatrixLayoutInit");
  return result;
}

// As much scratch memory as Transformer Engine and llm.c give it (TransformerEngine,
// transformer_engine/pytorch/attention.py, _CUBLASLT_WORKSPACE_SIZE_BYTES; llm.c, llmc/cublas_common.h).
constexpr std::size_t scratch_bytes = std::size_t{32} << 20;

struct Formats {
  cudaDataType_t element;
  cudaDataType_t result;
  cublasComputeType_t compute;
  cudaDataType_t scale;
};

// The handle, scratch memory, and the algorithm of the last problem: choosing one takes longer than a small product.
class State {
 public:
  State() : scratch_(Kokkos::view_alloc(Kokkos::WithoutInitializing, "hpcadvise::vendor_gemm"), scratch_bytes) {
    check(library().create(&handle_), "cublasLtCreate");
    Kokkos::deep_copy(one_, 1.0f);
  }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { library().destroy(handle_); }

  void multiply(Space const& space, Formats formats, ColumnMajorProduct const& product) {
    cublasLtMatmulDescOpaque_t operation{};
    check(library().init_operation(&operation, sizeof operation, formats.compute, formats.scale),
          "cublasLtMatmulDescInit");
    set(operation, CUBLASLT_MATMUL_DESC_TRANSA, operation_of(product.first_op));
    set(operation, CUBLASLT_MATMUL_DESC_TRANSB, operation_of(product.second_op));
    if (formats.element == CUDA_R_8F_E4M3) describe_fp8(operation);
    auto first = layout(product.first, formats.element);
    auto second = layout(product.second, formats.element);
    auto result = layout(product.result, formats.result);
    Problem const problem{product.first.rows,
                          product.first.columns,
                          product.second.rows,
                          product.second.columns,
                          std::int64_t(product.first_op),
                          std::int64_t(product.second_op),
                          std::int64_t(formats.element),
                          std::int64_t(formats.compute)};
    if (problem != problem_) choose(problem, operation, first, second, result);
    double const one_fp64 = 1, zero_fp64 = 0;
    float const one_fp32 = 1, zero_fp32 = 0;
    bool const wide = formats.scale == CUDA_R_64F;
    check(library().matmul(handle_, &operation, wide ? static_cast<void const*>(&one_fp64) : &one_fp32,
                           product.first.data, &first, product.second.data, &second,
                           wide ? static_cast<void const*>(&zero_fp64) : &zero_fp32, product.result.data, &result,
                           const_cast<void*>(product.result.data), &result, &algorithm_, scratch_.data(), scratch_bytes,
                           space.cuda_stream()),
          "cublasLtMatmul");
  }

 private:
  using Problem = std::array<std::int64_t, 8>;

  static cublasOperation_t operation_of(Transpose op) { return op == Transpose::no ? CUBLAS_OP_N : CUBLAS_OP_T; }

  template <class Value>
  static void set(cublasLtMatmulDescOpaque_t& operation, cublasLtMatmulDescAttributes_t attribute, Value value) {
    check(library().set_operation(&operation, attribute, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
  }

  // A scale for each whole operand, and fast accumulation as Transformer Engine asks for it forward
  // (transformer_engine/common/gemm/cublaslt_gemm.cu; transformer_engine/pytorch/module/base.py, _2X_ACC_FPROP).
  void describe_fp8(cublasLtMatmulDescOpaque_t& operation) const {
    set(operation, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, static_cast<void const*>(one_.data()));
    set(operation, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, static_cast<void const*>(one_.data()));
    set(operation, CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
  }

  void choose(Problem const& problem, cublasLtMatmulDescOpaque_t& operation, cublasLtMatrixLayoutOpaque_t& first,
              cublasLtMatrixLayoutOpaque_t& second, cublasLtMatrixLayoutOpaque_t& result) {
    cublasLtMatmulPreferenceOpaque_t preference{};
    check(library().init_preference(&preference, sizeof preference), "cublasLtMatmulPreferenceInit");
    check(library().set_preference(&preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &scratch_bytes,
                                   sizeof scratch_bytes),
          "cublasLtMatmulPreferenceSetAttribute");
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    check(library().heuristic(handle_, &operation, &first, &second, &result, &result, &preference, 1, &found, &count),
          "cublasLtMatmulAlgoGetHeuristic");
    if (count == 0) throw std::runtime_error("cuBLASLt has no algorithm for this product");
    algorithm_ = found.algo;
    problem_ = problem;
  }

  cublasLtHandle_t handle_ = nullptr;
  Kokkos::View<char*, MemorySpace> scratch_;
  Kokkos::View<float, MemorySpace> one_{"hpcadvise::vendor_gemm::one"};
  Problem problem_{};
  cublasLtMatmulAlgo_t algorithm_{};
};

template <class Element, class Result>
void multiply(Space const& space, Formats formats, Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
              Matrix<Element const> const& b, Matrix<Result> const& c, VendorWorkspace& workspace) {
  if (!workspace.state) workspace.state = std::make_shared<State>();
  static_cast<State*>(workspace.state.get())->multiply(space, formats, column_major_product(a_op, b_op, a, b, c));
}

}  // namespace

std::vector<VendorLibrary> vendor_blases() {
  auto const& problem = library().file.problem();
  auto const version = problem.empty() ? library().version() : 0;  // 130100 is 13.1.0
  return {{.name = "cublaslt",
           .version = std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
                      std::to_string(version % 100),
           .problem = problem}};
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F, CUDA_R_64F}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
                 Matrix<Half> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_16BF, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm_tf32(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                      Matrix<float> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<E4M3 const> a, Matrix<E4M3 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace) {
  multiply(space, {CUDA_R_8F_E4M3, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F}, a_op, b_op, a, b, c, workspace);
}

}  // namespace hpcadvise::kernels
