package main

import (
	"slices"
	"time"
)

// quantiles of latencies, in milliseconds. Sorts them.
func quantiles(all []time.Duration, wanted ...float64) []float64 {
	slices.Sort(all)
	result := make([]float64, len(wanted))
	for i, quantile := range wanted {
		if len(all) > 0 {
			at := min(len(all)-1, int(quantile*float64(len(all))))
			result[i] = float64(all[at].Microseconds()) / 1000
		}
	}
	return result
}
