// Alpha modes (§3.9.4): what is left out, what covers a part of the pixel's samples, what is blended.

// Returns the alpha to write. MASK edges are turned into sample coverage, so that they are antialiased.
float covered_alpha(float alpha) {
#if defined(ALPHA_MASK)
    float edge = (alpha - m_alpha_cutoff) / max(fwidth(alpha), 1e-4) + 0.5;
#ifdef SAMPLES
    int covered = int(clamp(edge, 0.0, 1.0) * float(SAMPLES) + 0.5);
    if (covered == 0) discard;
    gl_SampleMask[0] = (1 << covered) - 1;
#else
    if (alpha < m_alpha_cutoff) discard;
#endif
    return 1.0;
#elif defined(ALPHA_BLEND)
    // Blended materials are drawn twice: what is as good as opaque first, with depth; then the rest, sorted. Or all at once.
#if defined(BLENDED_ALL)
    if (alpha <= 0.0) discard;
    return alpha;
#elif defined(BLENDED_SOLID)
    if (alpha < 0.998) discard;
    return 1.0;
#else
    if (alpha >= 0.998 || alpha <= 0.0) discard;
    return alpha;
#endif
#else
    return 1.0;
#endif
}
