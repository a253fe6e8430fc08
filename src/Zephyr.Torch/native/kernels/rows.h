// Kernels on rows and flat arrays. Included by kernels/<isa>.cpp after simd.h, inside its namespace.

template <class T>
void rms_norm_forward(const T* x, const T* residual, const T* weight, T* sum, T* normed, float* rstd, int64_t rows,
                      int64_t hidden, float eps) {
  for (int64_t row = 0; row < rows; row++, x += hidden, normed += hidden) {
    vfloat squares{};
    if (residual != nullptr) {
      for_lanes(hidden, [&](int64_t i, int64_t n) {
        // Rounded to T before squaring, so that the norm is that of the sum others read.
        store_n(sum + i, load_n(x + i, n) + load_n(residual + i, n), n);
        const vfloat s = load_n(sum + i, n);
        squares += s * s;
      });
    } else {
      for_lanes(hidden, [&](int64_t i, int64_t n) {
        const vfloat s = load_n(x + i, n);
        squares += s * s;
      });
    }
    const float r = 1.0f / __builtin_sqrtf(sum_lanes(squares) / static_cast<float>(hidden) + eps);
    const T* source = residual != nullptr ? sum : x;
    for_lanes(hidden, [&](int64_t i, int64_t n) { store_n(normed + i, load_n(source + i, n) * r * load_n(weight + i, n), n); });
    rstd[row] = r;
    if (residual != nullptr) {
      residual += hidden;
      sum += hidden;
    }
  }
}

template <class T>
void rms_norm_backward(const T* grad_normed, const T* grad_sum, const T* x, const T* weight, const float* rstd, T* grad_x,
                       float* grad_weight, int64_t rows, int64_t hidden) {
  for (int64_t row = 0; row < rows; row++) {
    const float r = rstd[row];
    vfloat dots{};
    for_lanes(hidden, [&](int64_t i, int64_t n) {
      const vfloat dy = load_n(grad_normed + i, n);
      const vfloat xhat = load_n(x + i, n) * r;
      dots += dy * load_n(weight + i, n) * xhat;
      store_n(grad_weight + i, load_n(grad_weight + i, n) + dy * xhat, n);
    });
    const float mean = sum_lanes(dots) / static_cast<float>(hidden);
    for_lanes(hidden, [&](int64_t i, int64_t n) {
      vfloat g = (load_n(grad_normed + i, n) * load_n(weight + i, n) - load_n(x + i, n) * (r * mean)) * r;
      if (grad_sum != nullptr) {
        g += load_n(grad_sum + i, n);
      }
      store_n(grad_x + i, g, n);
    });
    grad_normed += hidden;
    x += hidden;
    grad_x += hidden;
    if (grad_sum != nullptr) {
      grad_sum += hidden;
    }
  }
}

template <class T>
void rope(const T* x, const float* cos, const float* sin, T* out, int64_t half, float sign) {
  for_lanes(half, [&](int64_t i, int64_t n) {
    const vfloat a = load_n(x + i, n), b = load_n(x + half + i, n);
    const vfloat c = load_n(cos + i, n), s = load_n(sin + i, n) * sign;
    store_n(out + i, a * c - b * s, n);
    store_n(out + half + i, b * c + a * s, n);
  });
}

ZK_INLINE vfloat sigmoid(vfloat x) { return 1.0f / (1.0f + exp_clamped(-x)); }

template <class T>
void swiglu_forward(const T* gate, const T* up, T* out, int64_t count) {
  for_lanes(count, [&](int64_t i, int64_t n) {
    const vfloat g = load_n(gate + i, n);
    store_n(out + i, g * sigmoid(g) * load_n(up + i, n), n);
  });
}

// d silu(g) / dg = s + g s (1 - s), s = sigmoid(g).
template <class T>
void swiglu_backward(const T* grad, const T* gate, const T* up, T* grad_gate, T* grad_up, int64_t count) {
  for_lanes(count, [&](int64_t i, int64_t n) {
    const vfloat g = load_n(gate + i, n), dy = load_n(grad + i, n), u = load_n(up + i, n);
    const vfloat s = sigmoid(g);
    const vfloat silu = g * s;
    store_n(grad_up + i, dy * silu, n);
    store_n(grad_gate + i, dy * u * (s + silu * (1.0f - s)), n);
  });
}

template <class T>
float log_sum_exp(const T* logits, int64_t vocab, int64_t label, bool* hit) {
  vfloat top = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + kLanes <= vocab; i += kLanes) {
    top = vmax(load(logits + i), top);
  }
  float largest = max_lanes(top);
  for (; i < vocab; i++) {
    largest = widen(logits[i]) > largest ? widen(logits[i]) : largest;
  }
  vfloat sums{};
  for (i = 0; i + kLanes <= vocab; i += kLanes) {
    sums += exp_clamped(load(logits + i) - largest);
  }
  float total = sum_lanes(sums);
  for (; i < vocab; i++) {
    total += exp_clamped(splat(widen(logits[i]) - largest))[0];
  }
  bool first = widen(logits[label]) == largest;
  for (int64_t j = 0; first && j < label; j++) {
    first = widen(logits[j]) != largest;
  }
  *hit = first;
  return largest + __builtin_logf(total);
}

template <class T>
void softmax_gradient(T* logits, int64_t vocab, int64_t label, float lse, float scale) {
  const float at_label = scale * (exp_clamped(splat(widen(logits[label]) - lse))[0] - 1.0f);
  for_lanes(vocab, [&](int64_t i, int64_t n) { store_n(logits + i, exp_clamped(load_n(logits + i, n) - lse) * scale, n); });
  logits[label] = narrow<T>(at_label);
}

template <class T>
double sum_of_squares(const T* x, int64_t count) {
  double total = 0;
  // Float32 partial sums of at most 1,024 terms a lane, then float64.
  for (int64_t start = 0; start < count; start += 16384) {
    const int64_t end = start + 16384 < count ? start + 16384 : count;
    vfloat squares{};
    for_lanes(end - start, [&](int64_t i, int64_t n) {
      const vfloat v = load_n(x + start + i, n);
      squares += v * v;
    });
    total += static_cast<double>(sum_lanes(squares));
  }
  return total;
}

template <class T>
void scale(T* x, int64_t count, float factor) {
  for_lanes(count, [&](int64_t i, int64_t n) { store_n(x + i, load_n(x + i, n) * factor, n); });
}

template <class T>
void accumulate(float* total, const T* x, int64_t count) {
  for_lanes(count, [&](int64_t i, int64_t n) { store_n(total + i, load_n(total + i, n) + load_n(x + i, n), n); });
}

ZK_INLINE vfloat square_root(vfloat x) {
#ifdef ZK_AVX512
  return bits<vfloat>(_mm512_maskz_sqrt_ps(0xffff, bits<__m512>(x)));
#else
  for (int lane = 0; lane < kLanes; lane++) {
    x[lane] = __builtin_sqrtf(x[lane]);
  }
  return x;
#endif
}

// w <- w (1 - lr wd) - lr (m / c1) / (sqrt(v) / sqrt(c2) + eps), the order of torch.optim.AdamW.
template <class T>
void adamw(T* weight, float* master, float* first_moment, float* second_moment, const T* grad, int64_t count,
           const AdamWStep& step) {
  const float decay = 1.0f - step.learning_rate * step.weight_decay;
  const float step_size = step.learning_rate / step.correction1;
  for_lanes(count, [&](int64_t i, int64_t n) {
    const vfloat g = load_n(grad + i, n) * step.grad_scale;
    const vfloat m = load_n(first_moment + i, n) * step.beta1 + g * step.rest1;
    const vfloat v = load_n(second_moment + i, n) * step.beta2 + g * g * step.rest2;
    const vfloat w = load_n(master + i, n) * decay - m * step_size / (square_root(v) / step.correction2_sqrt + step.eps);
    store_n(first_moment + i, m, n);
    store_n(second_moment + i, v, n);
    store_n(master + i, w, n);
    store_n(weight + i, w, n);
  });
}
