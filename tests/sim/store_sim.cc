// Runs a store through random events: pushes of all ages, seals, joining, retention, delete
// requests, failing operations, power cuts at every operation, damaged and missing parts of the
// journal, restarts. After each of them every acknowledged line is there once, except for what was
// in a part that was taken away, and no deleted line is there.
//
//   logsvc_sim [--first N] [--seeds N] | --seed N     (the last one prints what it does)
#include <cstring>
#include <iostream>

#include "sim/store_model.h"
#include "sim/store_world.h"

namespace logsvc::sim {
namespace {

using testing::Line;

class StoreSim {
 public:
  StoreSim(uint64_t seed, bool verbose) : random_(seed), world_(random_), verbose_(verbose) {}

  // Returns what went wrong, if anything did.
  std::optional<std::string> run() {
    if (const Status opened = world_.open(); !opened.ok()) return opened.error().message;
    const uint64_t rounds = 4 + pick(6);
    for (uint64_t round = 0; round < rounds; ++round) {
      for (uint64_t steps = 3 + pick(25); steps > 0; --steps) {
        if (auto failure = step()) return failure;
      }
      if (auto failure = restart()) return failure;
    }
    return {};
  }

 private:
  uint64_t pick(uint64_t n) { return random_() % n; }
  bool chance(uint64_t one_in) { return pick(one_in) == 0; }
  void say(const std::string& what) {
    if (verbose_) std::cout << world_.disk.operations() << ": " << what << '\n';
  }

  std::optional<std::string> step() {
    // File numbers follow the clock; they must not be used again.
    world_.clock.advance(5 * kSecond);
    if (chance(12)) world_.save_older_index();
    const bool failing = chance(10);
    if (failing) {
      const uint64_t nth = 1 + pick(12);
      say("operation " + std::to_string(nth) + " will fail");
      world_.disk.fail_operation(nth);
      failed_once_ = true;
    }
    Status done;
    switch (pick(9)) {
      case 0:
        say("flush");
        done = world_.store->flush();
        all_in_files_ = all_in_files_ || done.ok();
        break;
      case 1:
      case 2:
        done = maintain();
        break;
      case 3:
        world_.clock.advance(static_cast<Duration>(pick(120)) * kMinute);
        done = maintain();
        break;
      case 4:
        if (chance(4)) world_.clock.advance(static_cast<Duration>(pick(40)) * kHour);
        done = push();
        break;
      case 5:
        if (chance(3)) {
          done = remove();
        } else if (chance(4)) {
          if (auto failure = jump(failing)) return failure;
        }
        break;
      default:
        done = push();
    }
    world_.disk.fail_operation(0);
    if (!done.ok()) say("failed: " + done.error().message);
    if (!done.ok() && !failing && !world_.disk.is_off() && !may_fail_) {
      return "fails without cause: " + done.error().message;
    }
    // What failed is tried again, and may still get in the way of the next call.
    may_fail_ = failing || (may_fail_ && !done.ok());
    if (!world_.disk.is_off() && chance(6)) return check("while running");
    return {};
  }

  Status maintain() {
    say("maintain");
    model_.expire(add_saturated(world_.clock.now(), -world_.options.retention));
    const Status done = world_.store->maintain();
    for (const auto& request : world_.store->deletions()) {
      if (request.processed) model_.set_processed(request.id);
    }
    return done;
  }

  // Sets the clock wrong, and right again: nothing may be deleted for that, with or without
  // restarts.
  std::optional<std::string> jump(bool failing) {
    const Duration by = static_cast<Duration>(2 + pick(40)) * kDay * (chance(2) ? 1 : -1);
    say("the clock jumps by days: " + std::to_string(by / kDay));
    world_.clock.step(by);
    Status opened;
    if (!failing && chance(3)) {
      world_.close();
      opened = world_.open();
    }
    for (uint64_t n = pick(3); opened.ok() && n > 0; --n) (void)world_.store->maintain().ok();
    world_.clock.step(-by);
    if (world_.disk.is_off() || failing) return {};
    return opened.ok() ? check("after a jump of the clock") : opened.error().message;
  }

  Status remove() {
    const std::string service = kServices[pick(std::size(kServices))];
    const std::string text = pick(4) ? "line " + std::to_string(pick(5)) : "line";
    const Timestamp end = world_.clock.now() - static_cast<Duration>(pick(10)) * kHour;
    StoreModel::Deletion deletion{LabelSet::from({{"service", service}}),
                                  text,
                                  {end - static_cast<Duration>(1 + pick(60)) * kHour, end}};
    const auto id = world_.store->request_deletion(service + " " + text, deletion.range);
    deletion.acknowledged = id.ok();
    say("delete " + service + " " + text + (id.ok() ? "" : " failed"));
    model_.remove(id.ok() ? *id : "failed " + std::to_string(++failed_deletions_),
                  std::move(deletion));
    return id.ok() ? Status() : Status(id.error());
  }

  Status push() {
    Batch batch;
    StoreModel::Lines lines;
    for (uint64_t groups = 1 + pick(3); groups > 0; --groups) {
      const LabelSet labels = LabelSet::from({{"service", kServices[pick(std::size(kServices))]}});
      std::vector<Line> group;
      for (uint64_t n = 1 + pick(10); n > 0; --n) {
        Timestamp time = world_.clock.now() - static_cast<Duration>(pick(1000)) * kMillisecond;
        if (chance(5)) time -= static_cast<Duration>(pick(60)) * kHour;  // late
        if (chance(10) && !pushed_.empty()) {                            // again
          const auto& old = pushed_[pick(pushed_.size())];
          if (old.labels == labels) {
            group.push_back(old.line);
            continue;
          }
        }
        group.push_back({time, "line " + std::to_string(pick(50)) + std::string(pick(150), 'x')});
      }
      testing::add_lines(batch, labels, group);
      for (const Line& line : group) lines.push_back({labels, line});
    }
    all_in_files_ = false;
    const auto appended = world_.store->append(std::make_shared<const Batch>(std::move(batch)));
    const Status done = appended.ok() ? Status() : Status(appended.error());
    say("push of " + std::to_string(lines.size()) + (done.ok() ? "" : " failed"));
    model_.push(lines, done.ok());
    pushed_.insert(pushed_.end(), lines.begin(), lines.end());
    return done;
  }

  std::optional<std::string> restart() {
    if (chance(4)) {
      say("restart");
      if (chance(3)) all_in_files_ = world_.store->flush().ok();
      world_.close();
    } else {
      const uint64_t operations = 1 + pick(chance(3) ? 300 : 30);
      say("power goes in " + std::to_string(operations));
      world_.power_off_after(operations);
      for (int i = 0; i < 40 && !world_.disk.is_off(); ++i) {
        if (auto failure = step()) return failure;
      }
      world_.crash();
      say("crash " + world_.last_fate);
    }
    if (chance(4)) harm();
    bool older_while_starting = false;
    const bool may_miss = harmed_ || failed_once_ || world_.index_is_older;
    std::string said;    // what was logged by starts that the power ended
    while (chance(3)) {  // it goes again while starting
      world_.power_off_after(1 + pick(20));
      const Status opened = world_.open();
      if (!opened.ok() && !world_.disk.is_off()) return "does not start: " + opened.error().message;
      world_.crash();
      said += world_.log;
      older_while_starting = older_while_starting || world_.index_is_older;
      say("crash while starting " + world_.last_fate);
    }
    may_fail_ = false;
    if (const Status opened = world_.open(); !opened.ok()) {
      return "does not start: " + opened.error().message;
    }
    if (auto failure = check("after a restart")) return failure;
    said += world_.log;
    if (model_.missing() > 0 && said.empty()) return "lines are lost, and nothing is said";
    if (!may_miss && !older_while_starting && world_.lost_records() > 0) {
      return "records are said to be lost\n" + world_.log;
    }
    return {};
  }

  // Flipped bytes cost at most a record each. Anything in a part that is taken away may be lost,
  // unless it was in files.
  void harm() {
    const auto cost = world_.harm_journal();
    say("harm: " + world_.last_harm);
    harmed_ = true;
    if (cost) {
      model_.allow_losses(*cost);
    } else if (!all_in_files_) {
      model_.allow_all();
    }
  }

  std::optional<std::string> check(const std::string& when) {
    const auto wrong = model_.check(*world_.store);
    if (wrong) return when + ": " + *wrong + "\n" + world_.log;
    say("checked " + std::to_string(model_.size()) + " lines, " +
        std::to_string(world_.store->totals().files) + " files");
    return {};
  }

  static constexpr const char* kServices[] = {"api", "queue", "ticket"};

  std::mt19937_64 random_;
  int failed_deletions_ = 0;
  StoreWorld world_;
  StoreModel model_;
  StoreModel::Lines pushed_;
  const bool verbose_;
  bool may_fail_ = false;
  bool harmed_ = false;
  bool failed_once_ = false;   // what was not acknowledged may look like a loss then
  bool all_in_files_ = false;  // since the last push
};

}  // namespace
}  // namespace logsvc::sim

int main(int argc, char** argv) {
  uint64_t first = 1, seeds = 300;
  bool verbose = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint64_t value = std::stoull(argv[i + 1]);
    if (std::strcmp(argv[i], "--first") == 0) first = value;
    if (std::strcmp(argv[i], "--seeds") == 0) seeds = value;
    if (std::strcmp(argv[i], "--seed") == 0) {
      first = value;
      seeds = 1;
      verbose = true;
    }
  }
  int failed = 0;
  for (uint64_t seed = first; seed < first + seeds && failed < 5; ++seed) {
    logsvc::sim::StoreSim sim(seed, verbose);
    if (const auto failure = sim.run()) {
      std::cout << "seed " << seed << ": " << *failure << "\nreplay with --seed " << seed << '\n';
      ++failed;
    }
  }
  std::cout << seeds << " seeds from " << first << ": " << (failed ? "failed" : "fine") << '\n';
  return failed ? 1 : 0;
}
