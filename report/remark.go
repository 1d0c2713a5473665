package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile"
)

// remark is a text with a label and the places that it is about.
type remark struct {
	label  span
	code   string
	text   string
	places []string
	// excepted says why and until when what is said does not count; may be empty.
	excepted string
	hint     string
}

// remarks writes remarks under a heading; those that differ in their place
// alone are written once, with all the places. None is left out.
func (p *page) remarks(heading string, remarks []remark) {
	if len(remarks) == 0 {
		return
	}
	p.heading(heading)
	widest, widestCode := 0, 0
	for _, r := range remarks {
		widest, widestCode = max(widest, r.label.width()), max(widestCode, len(r.code))
	}
	indent := 2 + widest + 2
	if widestCode > 0 {
		indent += widestCode + 2
	}
	for _, r := range merged(remarks) {
		lead := []span{r.label, say(strings.Repeat(" ", widest-r.label.width()+2))}
		if widestCode > 0 {
			lead = append(lead, say(fmt.Sprintf("%-*s  ", widestCode, r.code)))
		}
		for i, line := range wrap(Safe(r.text), p.style.Width-indent) {
			if i == 0 {
				p.line(2, append(lead, say(line))...)
			} else {
				p.line(indent, say(line))
			}
		}
		for _, text := range r.places {
			p.prose(indent, faint, text)
		}
		if r.excepted != "" {
			p.prose(indent, plain, "excepted "+r.excepted)
		}
		if r.hint != "" {
			p.hint(indent, r.hint)
		}
	}
}

// hint writes a hint; further out, where a command would be broken at the indent.
func (p *page) hint(indent int, text string) {
	const out = 4
	text = "hint: " + text
	for _, word := range words(Safe(text), p.style.Width-out) {
		if strings.Contains(word, " ") && utf8.RuneCountInString(word) > p.style.Width-indent {
			indent = min(indent, out)
		}
	}
	p.prose(indent, plain, text)
}

func merged(remarks []remark) []remark {
	type text struct {
		label                      span
		code, text, excepted, hint string
	}
	var merged []remark
	at := map[text]int{}
	for _, r := range remarks {
		key := text{r.label, r.code, r.text, r.excepted, r.hint}
		i, seen := at[key]
		if !seen {
			at[key] = len(merged)
			merged = append(merged, r)
			continue
		}
		merged[i].places = append(merged[i].places, r.places...)
	}
	return merged
}

var severityColor = map[reconcile.Severity]color{reconcile.SeverityError: red, reconcile.SeverityWarning: yellow}

// risky reports whether a finding is more than a note.
func risky(findings []reconcile.Finding) bool {
	return slices.ContainsFunc(findings, func(f reconcile.Finding) bool { return f.Severity != reconcile.SeverityNote })
}

// findings writes the findings, the most severe first. Of those that are alike
// the first speaks for all.
func (p *page) findings(findings []reconcile.Finding) {
	var remarks []remark
	for _, group := range alike(findings) {
		f := group[0]
		r := remark{label: paint(severityColor[f.Severity], string(f.Severity)), code: f.Code, text: f.Message + stops(f), excepted: f.Excepted, hint: f.Hint}
		if about := p.subject(f); about != "" {
			r.places = append(r.places, about)
		}
		if others := group[1:]; len(others) > 0 {
			r.places = append(r.places, "and "+number(len(others), "more image", "more images")+" alike:")
			for _, other := range others {
				r.places = append(r.places, joined(" ", other.Image.Name, other.Image.ID))
			}
		}
		remarks = append(remarks, r)
	}
	p.remarks("Findings (`amisync explain CODE` tells more)", remarks)
}

// alike sorts findings, the most severe first, and puts those together that
// differ in nothing but the image, within a lane.
func alike(findings []reconcile.Finding) [][]reconcile.Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, reconcile.CompareFindings)
	var groups [][]reconcile.Finding
	at := map[reconcile.Finding]int{} // the group, by what is common
	for _, f := range sorted {
		key := withoutImage(f)
		if i, seen := at[key]; seen && f.Image.ID != "" {
			groups[i] = append(groups[i], f)
			continue
		}
		at[key] = len(groups)
		groups = append(groups, []reconcile.Finding{f})
	}
	return groups
}

// withoutImage is the finding without what tells its image from the others of
// its lane.
func withoutImage(f reconcile.Finding) reconcile.Finding {
	for _, name := range []string{f.Image.Name, f.Image.ID} {
		if name != "" {
			f.Message = strings.ReplaceAll(f.Message, name, "\x00")
			f.Hint = strings.ReplaceAll(f.Hint, name, "\x00")
		}
	}
	f.Image.Name, f.Image.ID = "", ""
	return f
}

// stops says what the finding keeps from being applied.
func stops(f reconcile.Finding) string {
	switch {
	case !f.Refuses():
		return ""
	case f.Stops == reconcile.StopsRun:
		return " (stops the run)"
	case f.Image.ID == "":
		return " (stops its images)"
	}
	return " (stops this image)"
}

func (p *page) subject(f reconcile.Finding) string {
	var share, image string
	if f.Share != "" {
		share = "share " + f.Share
	}
	if f.Image.ID != "" {
		image = p.style.image(f.Image)
	}
	return joined(" · ", share, image, whole(f.Principal), place(f.Source))
}

// incomplete writes what could not be read.
func (p *page) incomplete(incomplete []reconcile.Incomplete) {
	var remarks []remark
	for _, i := range incomplete {
		text := failure(i.Action, i.Error)
		subject := joined(" ", p.style.account(i.Account), i.Region)
		switch {
		case i.Image != "":
			subject = joined(" ", i.Name, i.Image) + " (" + joined(" ", p.style.owner(i.Account), i.Region) + ")"
		case i.Region != "":
			subject += ", the whole region"
		default:
			subject += ", the whole account"
		}
		kind := cmp.Or(string(i.Kind), "unknown")
		remarks = append(remarks, remark{label: paint(yellow, kind), text: text, places: []string{subject}, hint: i.Hint})
	}
	p.remarks("Not read (what cannot be read is left as it is)", remarks)
}

// failure is why a call failed, with the call where the text does not name it.
func failure(action, text string) string {
	if action == "" || strings.Contains(text, action) {
		return text
	}
	return action + ": " + text
}
