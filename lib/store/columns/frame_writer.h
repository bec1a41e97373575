// Collects the frames of one block: small ones together in two pools (frames 0 and 1), the others
// compressed each on its own where that helps. What a search for a text reads of every block lies
// together in front, so that it costs few pages: its pool, then heads, texts and their
// lengths. For one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/columns/column_table.h"

namespace logsvc::store {

class FrameWriter {
 public:
  enum class Content {
    kNumbers,
    kText,
    kLengths,      // lengths of texts
    kHeads,        // first bytes of ids
    kTails,        // the others: only for rows whose head fits
    kRandomTails,  // not worth compressing
  };

  FrameWriter() : frames_(2) {}
  // Returns the frame's number.
  uint32_t add(std::string_view raw, Content content);
  // Puts everything in its place. After that frames() and bytes() are complete.
  void finish();
  const std::vector<Frame>& frames() const { return frames_; }
  const std::string& bytes() const { return bytes_; }

 private:
  static void store(Frame& frame, std::string_view raw, Content content, std::string& out);

  std::vector<Frame> frames_;
  std::vector<uint32_t> in_front_, behind_;  // frames
  std::string pools_[2];
  std::string front_, back_;
  std::string bytes_;
};

}  // namespace logsvc::store
