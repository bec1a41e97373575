// Collects the frames of one block: small ones together in the pool (frame 0), the others
// compressed each on its own where that helps. For one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/columns/column_table.h"

namespace logsvc::store {

class FrameWriter {
 public:
  enum class Content { kNumbers, kText, kRandom };  // kRandom: ids; not worth compressing

  FrameWriter() : frames_(1) {}
  // The frame's number.
  uint32_t add(std::string_view raw, Content content);
  // Closes the pool. Then frames() and bytes() are complete.
  void finish();
  const std::vector<Frame>& frames() const { return frames_; }
  const std::string& bytes() const { return bytes_; }

 private:
  void store(Frame& frame, std::string_view raw, Content content);

  std::vector<Frame> frames_;
  std::string pool_;
  std::string bytes_;
};

}  // namespace logsvc::store
