// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/cudnn_graph.hpp"

namespace hpcadvise::kernels {

CudnnDescriptor& CudnnGraph::kept(CudnnDescriptor descriptor) {
  descriptor.finalize();
  kept_.push_back(std::move(descriptor));
  return kept_.back();
}

CudnnTensor CudnnGraph::tensor(std::int64_t id, cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides,
                               bool is_virtual, bool is_scalar) {
  CudnnDescriptor descriptor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  std::int64_t const alignment_bytes = 16;
  descriptor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, &id);
  descriptor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, &type);
  descriptor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, &alignment_bytes);
  descriptor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, extents.data(), std::int64_t(extents.size()));
  descriptor.set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, strides.data(), std::int64_t(strides.size()));
  descriptor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, &is_virtual);
  descriptor.set(CUDNN_ATTR_TENSOR_IS_BY_VALUE, CUDNN_TYPE_BOOLEAN, &is_scalar);
  return {extents, kept(std::move(descriptor)).get()};
}

CudnnTensor CudnnGraph::in_memory(std::int64_t id, cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides) {
  return tensor(id, type, extents, strides, false, false);
}

CudnnTensor CudnnGraph::scalar(std::int64_t id, cudnnDataType_t type) {
  return tensor(id, type, {1, 1, 1, 1}, {1, 1, 1, 1}, false, true);
}

CudnnTensor CudnnGraph::between(cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides) {
  return tensor(next_id_++, type, extents, strides, true, false);
}

CudnnTensor CudnnGraph::product(CudnnTensor a, CudnnTensor b, CudnnTensor result) {
  cudnnDataType_t const precision = CUDNN_DATA_FLOAT;
  CudnnDescriptor how(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
  how.set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, &precision);
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_MATMUL_DESC, kept(std::move(how)).get());
  operation.set(CUDNN_ATTR_OPERATION_MATMUL_ADESC, a.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_MATMUL_BDESC, b.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_MATMUL_CDESC, result.descriptor);
  operations_.push_back(kept(std::move(operation)).get());
  return result;
}

CudnnTensor CudnnGraph::pointwise(cudnnPointwiseMode_t mode, std::initializer_list<CudnnTensor> operands,
                                  CudnnTensor result, cudnnDataType_t precision) {
  CudnnDescriptor how(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  how.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, &mode);
  how.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, &precision);
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kept(std::move(how)).get());
  constexpr std::array names{CUDNN_ATTR_OPERATION_POINTWISE_XDESC, CUDNN_ATTR_OPERATION_POINTWISE_BDESC,
                             CUDNN_ATTR_OPERATION_POINTWISE_TDESC};
  auto name = names.begin();
  for (auto const& operand : operands) operation.set(*name++, operand.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, result.descriptor);
  operations_.push_back(kept(std::move(operation)).get());
  return result;
}

CudnnTensor CudnnGraph::index(CudnnTensor like, std::int64_t axis, CudnnTensor result) {
  cudnnPointwiseMode_t const mode = CUDNN_POINTWISE_GEN_INDEX;
  cudnnDataType_t const precision = CUDNN_DATA_FLOAT;
  CudnnDescriptor how(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  how.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, &mode);
  how.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, &precision);
  how.set(CUDNN_ATTR_POINTWISE_AXIS, CUDNN_TYPE_INT64, &axis);
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kept(std::move(how)).get());
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, like.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, result.descriptor);
  operations_.push_back(kept(std::move(operation)).get());
  return result;
}

CudnnTensor CudnnGraph::reduced(cudnnReduceTensorOp_t reduction, CudnnTensor operand, CudnnTensor result) {
  cudnnDataType_t const precision = CUDNN_DATA_FLOAT;
  CudnnDescriptor how(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
  how.set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, &reduction);
  how.set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, &precision);
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_REDUCTION_DESC, kept(std::move(how)).get());
  operation.set(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, operand.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, result.descriptor);
  operations_.push_back(kept(std::move(operation)).get());
  return result;
}

CudnnTensor CudnnGraph::reshaped(CudnnTensor operand, CudnnTensor result) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_RESHAPE_XDESC, operand.descriptor);
  operation.set(CUDNN_ATTR_OPERATION_RESHAPE_YDESC, result.descriptor);
  operations_.push_back(kept(std::move(operation)).get());
  return result;
}

CudnnDescriptor CudnnGraph::finalized(cudnnHandle_t handle) const {
  CudnnDescriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, operations_.data(),
            std::int64_t(operations_.size()));
  if (handle != nullptr) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, &handle);
  graph.finalize();
  return graph;
}

}  // namespace hpcadvise::kernels
