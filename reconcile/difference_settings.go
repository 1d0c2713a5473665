package reconcile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/amisync/amisync/principal"
)

// field is a value of a manifest under its key, as YAML on one line; empty where
// it is not there.
type field struct{ key, value string }

// verdict is what follows from a difference, and whether it loosens a guard or
// widens what is shared.
type verdict struct {
	consequence string
	risk        bool
}

// set adds a setting, unless it is the same in both revisions.
func (d *differ) set(subject, key, before, after string, v verdict, source Source) {
	if before == after {
		return
	}
	d.out.Settings = append(d.out.Settings, SettingDifference{Subject: subject, Key: key, Before: before, After: after,
		Consequence: v.consequence, Risk: v.risk, Source: source})
	if share, ok := strings.CutPrefix(subject, "ImageShare "); ok {
		d.shares[share] = true
	}
}

// fields compares the fields of a document that is in both revisions.
func (d *differ) fields(subject string, before, after []field, source Source, judge func(key string) verdict) {
	was, is := values(before), values(after)
	both := maps.Clone(was)
	maps.Copy(both, is)
	for _, key := range slices.Sorted(maps.Keys(both)) {
		if was[key] != is[key] {
			d.set(subject, key, was[key], is[key], judge(key), source)
		}
	}
}

func values(fields []field) map[string]string {
	all := make(map[string]string, len(fields))
	for _, f := range fields {
		all[f.key] = f.value
	}
	return all
}

// document is all fields of a document that came or went, on one line.
func document(fields []field) string {
	var pairs []string
	for _, f := range fields {
		if f.value != "" {
			pairs = append(pairs, strings.TrimPrefix(f.key, "spec.")+": "+f.value)
		}
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// count is a number that zero means the absence of.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// directory tells of names that stand for another id, which is a risk: whoever
// knows the name thinks of somebody else. And of ids that are called otherwise. What is new or gone and used by no
// share decides nothing.
func (d *differ) directory() {
	for _, name := range slices.Sorted(maps.Keys(d.head.Directory)) {
		was, is := d.base.Directory[name], d.head.Directory[name]
		if was.Principal.ID != "" && is.Principal.ID != "" && was.Principal != is.Principal {
			d.set("Directory", name, scalar(was.Principal.ID), scalar(is.Principal.ID), verdict{"the name now means another " + string(is.Principal.Kind), true}, is.Source)
		}
	}
	for _, who := range principal.Sorted(slices.Collect(maps.Keys(d.head.Aliases))) {
		key := string(who.Kind) + " "
		was, is := d.base.Aliases[who], d.head.Aliases[who]
		if _, kept := d.head.Directory[key+was]; was != "" && was != is && !kept {
			d.set("Directory", key+is, scalar(was), scalar(is), verdict{"the same " + string(who.Kind) + " under another name", false}, d.head.Directory[key+is].Source)
		}
	}
}
