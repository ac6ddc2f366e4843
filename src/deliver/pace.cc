#include "pace.h"

#include <algorithm>

namespace csvm::deliver {

void Pace::take(Time now) {
  if (rate_ <= 0) return;
  due_ = std::max({due_, now - burst_, held_until_}) + seconds(1 / rate_);
}

void Pace::set_rate(double rate, Time now) {
  if (rate == rate_) return;
  if (rate_ <= 0 || rate <= 0) {
    due_ = now;
  } else if (due_ > now) {
    due_ = now + seconds(std::chrono::duration<double>(due_ - now).count() * rate_ / rate);
  } else {
    due_ = std::max(due_, now - burst_);
  }
  rate_ = rate;
}

void Pace::hold_until(Time time) { held_until_ = std::max(held_until_, time); }

}  // namespace csvm::deliver
