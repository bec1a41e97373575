// Runs a store over a disk in memory that can lose its power at any operation and start again. The
// index is a real SQLite file beside it: when the power goes, what it knew is kept, or lost, or an
// older copy comes back, since all it knows is in the chunk files.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "store/store.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"

namespace logsvc::sim {

class StoreWorld {
 public:
  explicit StoreWorld(std::mt19937_64& random);
  ~StoreWorld();

  // Delete requests are written "SERVICE TEXT": lines of the service that contain the text. open()
  // fails only while the power goes or an operation was made to fail.
  Status open();
  void close();
  // Lets nothing reach the disk from the n-th operation on; crash() ends that.
  void power_off_after(uint64_t operations);
  void crash();
  void save_older_index();
  // Does to the closed journal what disks and people do. Returns how many records that may cost;
  // nullopt: any number.
  std::optional<uint64_t> harm_journal();
  uint64_t lost_records() const;  // that the store reported since the last open

  testing::MemFileSystem disk;
  testing::FakeClock clock{20'000 * kDay + 13 * kHour};
  store::StoreOptions options;
  std::unique_ptr<store::Store> store;
  std::string last_fate;        // of the index in the last crash; empty: as it was
  std::string last_harm;        // of the journal
  bool index_is_older = false;  // than the journal, since the last open that succeeded
  std::string log;              // warnings and errors since the last open

 private:
  // Flips a byte at `from` or behind it, if the file is that long.
  void flip_byte(const std::string& path, size_t from = 0);
  void save_index(const std::string& name);
  void restore_index(const std::string& name);

  std::mt19937_64& random_;
  std::string dir_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Diagnostics> diagnostics_;
  bool has_older_ = false;
};

}  // namespace logsvc::sim
