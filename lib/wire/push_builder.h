// Makes push bodies without batches: lines go straight into protobuf, and compressed pieces are
// joined as they are. For a sender that reads lines once and may send them more than once.
//
// A block is a snappy-compressed PushRequest. Blocks can be joined without being opened: a request
// is a list of streams, and snappy's elements refer back only within what they were made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/label_set.h"
#include "wire/push_answer.h"

namespace logsvc::wire {

// Turns lines into one block. Lines of the same labels keep their order. Reuse it: it keeps its
// buffers.
class PushBuilder {
 public:
  // labels is {a="1", b="x"} as it is to be sent.
  void add(std::string_view labels, Timestamp timestamp, std::string_view line,
           std::span<const LabelView> metadata = {});

  uint64_t lines() const { return lines_; }
  size_t message_bytes() const { return bytes_; }
  // Appends the block to `out`; the builder is empty again.
  void finish(std::string& out);

 private:
  struct Stream {
    std::string labels;
    std::string entries;
  };
  Stream& stream(std::string_view labels);

  std::vector<Stream> streams_;
  size_t current_ = 0;
  uint64_t lines_ = 0;
  size_t bytes_ = 0;
  std::string message_;
};

// Joins blocks to one body.
class PushBody {
 public:
  // kCorrupt if the block's header cannot be parsed.
  Status add(std::string_view block);
  bool empty() const { return elements_.empty(); }
  size_t message_bytes() const { return message_bytes_; }
  // Returns the body; the object is empty again.
  std::string take();

 private:
  std::string elements_;
  uint64_t message_bytes_ = 0;
};

// Returns the block with `labels` added to every stream that does not have the name itself.
// kCorrupt if the block cannot be parsed.
Result<std::string> add_labels(std::string_view block, const Labels& labels);

// Returns a body of only these entries, numbered in its order. kInvalid if one does not exist.
Result<std::string> pick_entries(std::string_view body, std::span<const EntryRange> ranges);

// Returns two bodies of about half the lines each. kInvalid if there is only one line.
Result<std::pair<std::string, std::string>> split_push(std::string_view body);

}  // namespace logsvc::wire
