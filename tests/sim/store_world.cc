#include "sim/store_world.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace logsvc::sim {
namespace fs = std::filesystem;

StoreWorld::StoreWorld(std::mt19937_64& random) : random_(random) {
  // In memory if that is possible: SQLite syncs often.
  const char* base = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  dir_ = std::string(base) + "/logsvc-sim-XXXXXX";
  if (!::mkdtemp(dir_.data())) throw std::runtime_error("mkdtemp " + dir_);
  options.dir = dir_ + "/data";
  options.sealer_thread = false;
  options.windows_to_sync_together = 2;
  options.window_bytes = 3000;
  options.retention = 4 * kDay;
  options.journal_segment_bytes = 4096;
  options.deletion_cancel_period = kHour;
  options.compile_deletion = [](const std::string& query) -> Result<store::DeletionFilter> {
    store::DeletionFilter out;
    const size_t blank = query.find(' ');
    ASSIGN_OR_RETURN(Matcher service,
                     Matcher::make(MatchType::kEqual, "service", query.substr(0, blank)));
    out.matchers.push_back(std::move(service));
    out.make_line_test = [text = query.substr(blank + 1)] {
      return [text](const LabelSet&, const Entry& entry) {
        return entry.line.find(text) != std::string_view::npos;
      };
    };
    return out;
  };
  fs::create_directory(options.dir);
  // The directory was there long before.
  (void)disk.make_dirs(options.dir).ok();
  for (std::string path = options.dir; path != "/"; path = parent_dir(path)) {
    (void)disk.sync_dir(parent_dir(path)).ok();
  }
}

StoreWorld::~StoreWorld() {
  close();
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

Status StoreWorld::open() {
  log.clear();
  metrics_ = std::make_unique<Metrics>();
  diagnostics_ = std::make_unique<Diagnostics>(clock, LogLevel::kWarn, LogFormat::kLogfmt,
                                               [this](std::string_view line) { log += line; });
  auto opened = store::Store::open(options, disk, clock, *metrics_, *diagnostics_);
  if (!opened.ok()) return opened.error();
  store = std::move(*opened);
  return {};
}

void StoreWorld::close() { store.reset(); }

void StoreWorld::power_off_after(uint64_t operations) {
  disk.power_off(operations, [this] { save_index("at-off"); });
}

void StoreWorld::crash() {
  if (!disk.is_off()) {
    disk.power_off(1);
    save_index("at-off");
  }
  close();
  disk.crash(random_);
  const uint64_t fate = random_() % 10;
  last_fate = fate == 0 ? "the index is lost" : fate <= 2 && has_older_ ? "an older index" : "";
  if (fate == 0) {
    restore_index("");
  } else if (fate <= 2 && has_older_) {
    restore_index("older");
  } else {
    restore_index("at-off");
  }
}

void StoreWorld::save_older_index() {
  save_index("older");
  has_older_ = true;
}

void StoreWorld::save_index(const std::string& name) {
  for (const std::string suffix : {"", "-wal"}) {
    const std::string from = options.dir + "/index.db" + suffix, to = dir_ + "/" + name + suffix;
    fs::remove(to);
    if (fs::exists(from)) fs::copy_file(from, to);
  }
}

void StoreWorld::restore_index(const std::string& name) {
  for (const std::string suffix : {"", "-wal", "-shm"}) {
    const std::string to = options.dir + "/index.db" + suffix, from = dir_ + "/" + name + suffix;
    fs::remove(to);
    if (!name.empty() && fs::exists(from)) fs::copy_file(from, to);
  }
}

}  // namespace logsvc::sim
