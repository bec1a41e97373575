// Keeps lines that a server refused for good until a person has seen why: `logsvc inspect` prints
// them with the server's reason, has them sent again, or removes them. When there are too many, the
// oldest are dropped and counted.
//
// On disk: DIR/refused, a journal of records
//   u8 version 1 · string client · string tenant · zigzag refused_at · varint lines
//   string reason · the block (wire/push_builder.h) up to the end
// and DIR/refused.request, what `logsvc inspect` asks the agent to do ("send-again" or "clear").
// Safe from several threads; its lock is taken before the spool's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/spool/spool.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "journal/journal.h"
#include "os/file_system.h"

namespace logsvc::agent {

// A view of bytes that the caller owns.
struct RefusedGroup {
  std::string_view client;  // the client whose server refused them
  std::string_view tenant;
  Timestamp refused_at = 0;
  uint64_t lines = 0;
  std::string_view reason;  // status and text from the server
  std::string_view block;
};

std::string encode_refused_group(const RefusedGroup& group);
// Decodes views into the bytes. Returns kCorrupt for anything else.
Result<RefusedGroup> decode_refused_group(std::string_view bytes);

class RefusedLines {
 public:
  struct Options {
    uint64_t max_bytes = 64u << 20;
    uint64_t segment_bytes = 4u << 20;  // how much is dropped at once when there are too many
    std::function<void(uint64_t lines)> on_dropped = [](uint64_t) {};
  };
  // Borrows the file system. Returns the same errors as the journal.
  static Result<std::unique_ptr<RefusedLines>> open(FileSystem& files, const std::string& dir,
                                                    Options options);

  // Returns when the lines are on disk. On an error they are lost.
  Status add(const RefusedGroup& group);
  uint64_t lines() const;

  // Does what a request file asks for, if there is one: puts the lines into the spool as lines of
  // the source "refused", or removes them. Returns true if it did something.
  Result<bool> obey_request(Spool& spool, Timestamp now);

 private:
  RefusedLines(FileSystem& files, std::string dir, Options options)
      : files_(files), dir_(std::move(dir)), options_(std::move(options)) {}
  Status drop_oldest() REQUIRES(mutex_);
  Status send_again(Spool& spool, Timestamp now) REQUIRES(mutex_);
  Status clear() REQUIRES(mutex_);

  FileSystem& files_;
  const std::string dir_;
  const Options options_;
  std::unique_ptr<journal::Journal> journal_;
  mutable Mutex mutex_;
  uint64_t lines_ GUARDED_BY(mutex_) = 0;
};

inline constexpr char kSendAgain[] = "send-again";
inline constexpr char kClear[] = "clear";
// Writes the request file into the agent's data directory.
Status request_of_refused(FileSystem& files, const std::string& dir, const std::string& request);

}  // namespace logsvc::agent
