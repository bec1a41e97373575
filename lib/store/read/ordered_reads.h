// Reads things in several threads and gives them to one in their order: the blocks of a query that
// reads all of them. How many are read ahead depends on whether that is worth it: none at first,
// then the more, the longer each took, up to a few. For one thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>

#include "store/read/read_ahead.h"

namespace logsvc::store {

template <typename T>
class OrderedReads {
 public:
  // Is called for 0 … count − 1, by several threads at a time.
  using Read = std::function<std::unique_ptr<T>(size_t)>;
  // Borrows the threads.
  OrderedReads(ReadAhead& threads, size_t count, Read read)
      : threads_(threads), count_(count), read_(std::move(read)) {}
  // Nothing is read any more when this returns.
  ~OrderedReads() {
    for (const auto& read : asked_) {
      if (!read->claim.take()) read->claim.wait();
    }
  }
  OrderedReads(const OrderedReads&) = delete;
  OrderedReads& operator=(const OrderedReads&) = delete;

  // Returns the next one; nullptr after the last.
  std::unique_ptr<T> next() {
    const size_t most = threads_.threads() == 0 ? 0 : ahead_;
    while (begun_ < count_ && asked_.size() < most + 1) ask(asked_.size() > 0);
    if (asked_.empty()) return nullptr;
    const std::shared_ptr<OneRead> first = std::move(asked_.front());
    asked_.pop_front();
    if (!try_read(*first)) {
      // While another thread reads it, this one reads those after it.
      for (size_t i = 0; i < asked_.size() && !first->claim.is_done(); ++i) try_read(*asked_[i]);
      first->claim.wait();
    }
    return std::move(first->value);
  }
  // Says whether the last one was worth reading in another thread.
  void was_work(bool worth) {
    ahead_ = worth ? std::min(2 * ahead_ + 1, 2 * (threads_.threads() + 1)) : ahead_ / 2;
  }

 private:
  struct OneRead {
    size_t number = 0;
    OpenClaim claim;
    std::unique_ptr<T> value;  // set when the claim is done
  };

  void ask(bool ahead) {
    auto read = std::make_shared<OneRead>();
    read->number = begun_++;
    asked_.push_back(read);
    if (!ahead) return;
    // No claim is free any more when the destructor ends.
    threads_.run([this, read = std::move(read)] {
      if (read->claim.take()) read_now(*read);
    });
  }
  // Returns false if somebody else did it or does.
  bool try_read(OneRead& read) {
    if (!read.claim.take()) return false;
    read_now(read);
    return true;
  }
  void read_now(OneRead& read) {
    read.value = read_(read.number);
    read.claim.finish();
  }

  ReadAhead& threads_;
  const size_t count_;
  const Read read_;
  size_t begun_ = 0;  // how many were asked for so far
  size_t ahead_ = 0;
  std::deque<std::shared_ptr<OneRead>> asked_;  // asked for and not taken yet
};

}  // namespace logsvc::store
