// Feeds one WebSocket. Once the tail loop has it, only the loop calls it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/live/tail_frame.h"
#include "server/query/response_json.h"

namespace logsvc::server {

// One text frame in three parts; many readers may share the middle one.
struct LiveFrame {
  std::string head;
  std::shared_ptr<const std::string> shared;  // may be null
  std::string end;

  size_t size() const { return head.size() + (shared ? shared->size() : 0) + end.size(); }
  std::string text() const { return head + (shared ? *shared : std::string()) + end; }
};

class FeedReader;

class LiveSession {
 public:
  virtual ~LiveSession() = default;
  // Sets entries that were read from the store, oldest first; they are shown before all others, and
  // not again when they come live as well. Called before the loop has the session. now_ns is
  // steady.
  virtual void set_history(std::vector<TailEntry>, int64_t /*now_ns*/) {}
  // Sets what is missing in the history, sent as a frame of its own before it. Called before the
  // loop has the session.
  void set_warnings(const std::vector<std::string>& warnings) {
    if (warnings.empty()) return;
    warnings_ = "{\"matched\":0,\"streams\":[],\"lines\":[]";
    append_warnings(warnings_, warnings);
    warnings_ += '}';
  }
  // Returns what has to be sent first; empty if nothing is missing.
  std::string take_warnings() { return std::exchange(warnings_, {}); }
  // Returns the next frames to send; called about every 50 ms. now_ns is steady.
  virtual std::vector<LiveFrame> take_frames(int64_t now_ns) = 0;
  // Takes a text frame from the reader.
  virtual void receive(std::string_view) {}
  // Returns how many entries were left out so far.
  virtual uint64_t dropped_total() const { return 0; }
  // Returns how many bytes of pieces wait for it, which others may share, and of its own.
  virtual uint64_t queued_bytes() const { return 0; }
  virtual uint64_t own_bytes() const { return 0; }
  // Leaves out all that waits: there is no more memory for it.
  virtual void shed() {}
  // Returns the reader that takes the pieces of a feed; null if the session is fed from elsewhere.
  virtual const FeedReader* feed_reader() const { return nullptr; }

 private:
  std::string warnings_;
};

}  // namespace logsvc::server
