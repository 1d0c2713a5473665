package main

import (
	"slices"
	"testing"
	"time"
)

func TestAsManyDaysInARowAsThereArePartsHaveAllOfThem(t *testing.T) {
	for _, of := range []int{1, 2, 7, 30} {
		var parts []int
		for day := range of {
			at := time.Date(2026, time.December, 28, 23, 59, 59, 0, time.FixedZone("", -5*60*60)).AddDate(0, 0, day)
			part, err := dayOf(at)(of)
			morning, _ := dayOf(at.UTC().Truncate(24 * time.Hour))(of)
			if err != nil || part != morning {
				t.Fatalf("%s has part %d in the morning and %d at night: %v", at.UTC(), morning, part, err)
			}
			parts = append(parts, part)
		}
		slices.Sort(parts)
		for i, part := range parts {
			if part != i+1 {
				t.Errorf("%d days have the parts %v", of, parts)
				break
			}
		}
	}
}
