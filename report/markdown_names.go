package report

import (
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// principalSpan is a principal with its kind, name and id.
func principalSpan(p reconcile.NamedPrincipal) string {
	if p.Kind == principal.Public {
		return "**everyone** (every AWS account)"
	}
	kind := markdownProse(kindWord(p.Kind))
	if p.Alias == "" {
		return joined(" ", kind, codeSpan(p.ID))
	}
	return joined(" ", kind, codeSpan(p.Alias), codeIfAny(strings.TrimPrefix(who(p), p.Alias+" ")))
}

// imageSpan is an image's name and id.
func imageSpan(i reconcile.NamedImage) string {
	return joined(" ", codeIfAny(i.Name), codeSpan(i.ID))
}

// imageIn is an image with its lane.
func (m markdown) imageIn(i reconcile.NamedImage) string {
	return imageSpan(i) + " in " + m.lane(reconcile.LaneOf(i.Image))
}

// codeSpans are texts as code.
func codeSpans(texts []string) []string {
	spans := make([]string, len(texts))
	for i, text := range texts {
		spans[i] = codeSpan(text)
	}
	return spans
}

// lane is an owner account, by its name where it has one, and a region.
func (m markdown) lane(l reconcile.Lane) string {
	return codeSpan(m.style.owner(l.Account)) + " " + codeSpan(l.Region)
}

// verbWords say what a change means to the one it is about.
var verbWords = map[reconcile.Verb]string{
	reconcile.VerbPublish:   "**becomes PUBLIC**",
	reconcile.VerbGrant:     "gains access",
	reconcile.VerbUnpublish: "no longer public",
	reconcile.VerbRevoke:    "loses access",
}

// orderSpan is what a change is to do, where it is not said that it does.
func orderSpan(v reconcile.Verb) string {
	if v == reconcile.VerbPublish {
		return "**PUBLISH**"
	}
	return markdownProse(string(v))
}

// verbSpan is what a change does, in words.
func verbSpan(v reconcile.Verb) string {
	if words, known := verbWords[v]; known {
		return words
	}
	return markdownProse(string(v))
}

// because is why a change is needed, until when it holds, and what its author
// says.
func because(c reconcile.Change) string {
	text := markdownProse(reason(c))
	if c.Verb.Gives() && c.Until != "" {
		text += " (UTC, that day included)"
	}
	if c.Note != "" {
		text += " " + quoted(c.Note)
	}
	return text
}
