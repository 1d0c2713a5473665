package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amisync/amisync/principal"
)

// policy compares the Policies by what is in force: a document that came or went
// differs in as much as it differs from the defaults.
func (d *differ) policy() {
	was, is := &d.base.Policy, &d.head.Policy
	p := policyDiffer{d, joinedWords("Policy", cmp.Or(is.Name, was.Name)), cmp.Or(is.Source, was.Source)}
	p.set("spec.public", publicWord(was.AllowPublic), publicWord(is.AllowPublic), riskIf(is.AllowPublic, "every share may make its images public"))
	p.limit("spec.revokes.max", was.Revokes.Max, is.Revokes.Max)
	p.limit("spec.revokes.maxPrincipals", was.Revokes.MaxPrincipals, is.Revokes.MaxPrincipals)
	p.limit("spec.revokes.maxPercentPerImage", was.Revokes.MaxPercentPerImage, is.Revokes.MaxPercentPerImage)
	p.protect(was.Protect, is.Protect)
	p.allow(was.Allow, is.Allow)
	p.severities(was.Severities, is.Severities)
	p.terms(was, is)
	p.rules(was.Rules, is.Rules)
}

type policyDiffer struct {
	*differ
	subject string
	source  Source
}

func (p *policyDiffer) set(key, before, after string, v verdict) {
	p.differ.set(p.subject, key, before, after, v, p.source)
}

func joinedWords(words ...string) string { return strings.TrimSpace(strings.Join(words, " ")) }

func publicWord(allow bool) string {
	if allow {
		return "allow"
	}
	return "deny"
}

func riskIf(risk bool, consequence string) verdict {
	if !risk {
		return verdict{}
	}
	return verdict{consequence, true}
}

func (p *policyDiffer) limit(key string, before, after int) {
	p.set(key, strconv.Itoa(before), strconv.Itoa(after), riskIf(after > before, "one run may revoke more"))
}

// protect compares who is not revoked, groups resolved: an edit of a group may
// loosen it, too.
func (p *policyDiffer) protect(before, after []principal.Principal) {
	for _, who := range before {
		if !slices.Contains(after, who) {
			p.set("spec.protect", reference(who, p.base, p.head), "", verdict{"its permissions may be revoked", true})
		}
	}
	for _, who := range after {
		if !slices.Contains(before, who) {
			p.set("spec.protect", "", reference(who, p.head, p.base), verdict{})
		}
	}
}

// allow compares who may gain access. Nil is everybody.
func (p *policyDiffer) allow(before, after []principal.Principal) {
	switch {
	case (before == nil) != (after == nil):
		p.set("spec.allow", references(before, p.base, p.head), references(after, p.head, p.base), riskIf(after == nil, "everybody may gain access"))
		return
	case before == nil:
		return
	}
	for _, who := range after {
		if !slices.Contains(before, who) {
			p.set("spec.allow", "", reference(who, p.head, p.base), verdict{"it may gain access", true})
		}
	}
	for _, who := range before {
		if !slices.Contains(after, who) {
			p.set("spec.allow", reference(who, p.base, p.head), "", verdict{})
		}
	}
}

// severities compares what findings weigh; what is not set weighs what its code
// says, or less where it is unsure. So to write down an error, and to take it out
// again, means something whatever the code says.
func (p *policyDiffer) severities(before, after map[string]Severity) {
	for _, code := range Codes() {
		was, is := before[code.Code], after[code.Code]
		weight, weighed := severityOrder[cmp.Or(is, code.Severity)], severityOrder[cmp.Or(was, code.Severity)]
		p.set("spec.severities."+code.Code, string(was), string(is),
			riskIf(weight > weighed || was == SeverityError && is == "", "its findings weigh less"))
	}
}

// terms compares the decisions that depart from the rules.
func (p *policyDiffer) terms(was, is *Policy) {
	decisions(p, "spec.publicShares", was.PublicShares, is.PublicShares, decision[PublicShare]{
		func(s PublicShare) string { return s.Share }, func(s PublicShare) Term { return s.Term },
		func(s PublicShare) []field {
			return []field{{"share", scalar(s.Share)}, {"approvedBy", scalar(s.ApprovedBy)}}
		},
		func(s PublicShare) string { return "images of share " + s.Share + " may become public" }})
	decisions(p, "spec.exceptions", was.Exceptions, is.Exceptions, decision[Exception]{
		func(e Exception) string { return e.Code + "\x00" + e.Share + "\x00" + e.Image }, func(e Exception) Term { return e.Term },
		func(e Exception) []field {
			return []field{{"code", e.Code}, {"share", optional(e.Share)}, {"image", optional(e.Image)}}
		},
		func(e Exception) string { return "such findings of " + e.Code + " stop nothing" }})
	decisions(p, "spec.ignore", was.Ignore, is.Ignore, decision[Ignore]{
		func(i Ignore) string { return i.Image + "\x00" + i.Owner + "\x00" + i.Region }, func(i Ignore) Term { return i.Term },
		func(i Ignore) []field {
			return []field{{"image", scalar(i.Image)}, {"owner", optional(i.Owner)}, {"region", optional(i.Region)}}
		},
		func(Ignore) string { return "such images are not read, and nothing is said of them" }})
}

// decision says what one sort of decision is made of.
type decision[T any] struct {
	identity func(T) string
	term     func(T) Term
	fields   func(T) []field
	allows   func(T) string // what it makes possible
}

// decisions compares lists of decisions. One that came, or that holds longer, is
// a risk.
func decisions[T any](p *policyDiffer, key string, before, after []T, of decision[T]) {
	write := func(item T) string {
		term := of.term(item)
		return document(append(of.fields(item), field{"reason", scalar(term.Reason)}, field{"until", lastDay(term.Until)}))
	}
	was := map[string]T{}
	for _, item := range before {
		was[of.identity(item)] = item
	}
	for _, item := range after {
		term, text, risk := of.term(item), "", true
		if old, had := was[of.identity(item)]; had {
			text, risk = write(old), later(term.Until, of.term(old).Until)
			delete(was, of.identity(item))
		}
		p.differ.set(p.subject, key, text, write(item), riskIf(risk, of.allows(item)), term.Source)
	}
	for _, item := range before {
		if _, gone := was[of.identity(item)]; gone {
			p.differ.set(p.subject, key, write(item), "", verdict{}, cmp.Or(p.source, of.term(item).Source))
		}
	}
}

// later reports whether the last day a comes after b; zero is no last day.
func later(a, b time.Time) bool { return Grant{Until: a}.Outlasts(Grant{Until: b}) }

// rules compares the estate's own rules. That one of them says less now cannot
// be told from its text, so every change to what it refuses is a risk.
func (p *policyDiffer) rules(before, after []Rule) {
	was := map[string]Rule{}
	for _, rule := range before {
		was[rule.Name] = rule
	}
	for _, rule := range after {
		old, had := was[rule.Name]
		delete(was, rule.Name)
		text, v := "", verdict{}
		if had {
			text = ruleText(old)
			v = riskIf(old.When != rule.When || old.Severity != rule.Severity || old.Stops != rule.Stops, "another sort of change is refused")
		}
		p.differ.set(p.subject, "spec.rules", text, ruleText(rule), v, rule.Source)
	}
	for _, rule := range before {
		if _, gone := was[rule.Name]; gone {
			p.set("spec.rules", ruleText(rule), "", verdict{"what it refused is refused no more", true})
		}
	}
}

func ruleText(r Rule) string {
	return document([]field{{"name", scalar(r.Name)}, {"when", scalar(r.When)}, {"severity", string(r.Severity)}, {"stops", string(r.Stops)},
		{"message", scalar(r.Message)}, {"hint", optional(r.Hint)}})
}

// reference is a principal as the manifests of a revision name it; by its id,
// where the name stands for another in the other revision.
func reference(who principal.Principal, d, other *Declarations) string {
	name := d.Aliases[who]
	if entry, both := other.Directory[string(who.Kind)+" "+name]; name == "" || both && entry.Principal != who {
		name = who.ID
	}
	return fmt.Sprintf("{%s: %s}", who.Kind, scalar(name))
}

// references is a list of principals; empty for none at all, which nil is.
func references(all []principal.Principal, d, other *Declarations) string {
	if all == nil {
		return ""
	}
	var texts []string
	for _, who := range all {
		texts = append(texts, reference(who, d, other))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
