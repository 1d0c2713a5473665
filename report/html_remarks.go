package report

import (
	"cmp"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// htmlFindings are the findings, the most severe first. Of those that are alike
// the first speaks for all, and names them.
func htmlFindings(findings []reconcile.Finding, style Style) []html.Remark {
	var remarks []html.Remark
	for _, group := range alike(findings) {
		f := group[0]
		r := html.Remark{Label: Safe(string(f.Severity)), Tone: tones[severityColor[f.Severity]], Code: Safe(f.Code), Text: Safe(f.Message + stops(f)),
			Source: htmlSource(f.Source, style), Excepted: Safe(f.Excepted), Hint: Safe(f.Hint)}
		f.Source = reconcile.Source{} // stands apart
		if about := (&page{style: style}).subject(f); about != "" {
			r.Places = append(r.Places, Safe(about))
		}
		if others := group[1:]; len(others) > 0 {
			r.Places = append(r.Places, "and "+number(len(others), "more image", "more images")+" alike:")
			var names []string
			for _, other := range others {
				names = append(names, Safe(joined(" ", other.Image.Name, other.Image.ID)))
			}
			r.Places = append(r.Places, places(names)...)
		}
		remarks = append(remarks, r)
	}
	return remarks
}

// htmlIncomplete is what could not be read. What has the same cause is written
// once.
func htmlIncomplete(incomplete []reconcile.Incomplete, style Style) []html.Remark {
	type cause struct{ kind, text, hint string }
	at := map[cause]int{}
	var remarks []html.Remark
	for _, i := range incomplete {
		key := cause{Safe(cmp.Or(string(i.Kind), "unknown")), Safe(failure(i.Action, i.Error)), Safe(i.Hint)}
		n, seen := at[key]
		if !seen {
			n = len(remarks)
			at[key] = n
			remarks = append(remarks, html.Remark{Label: key.kind, Tone: html.Warn, Text: key.text, Hint: key.hint})
		}
		remarks[n].Places = append(remarks[n].Places, Safe(style.unread(i)))
	}
	for n := range remarks {
		remarks[n].Places = places(remarks[n].Places)
	}
	return remarks
}

// unread is what an entry is about, in a sentence.
func (s Style) unread(i reconcile.Incomplete) string {
	lane := joined(" ", s.account(i.Account), i.Region)
	switch {
	case i.Image != "":
		return joined(" ", i.Name, i.Image) + " (" + joined(" ", s.owner(i.Account), i.Region) + ")"
	case i.Region != "":
		return lane + ", the whole region"
	}
	return lane + ", the whole account"
}

// htmlSource is a place in the manifests, with a link where the style says to
// where.
func htmlSource(source reconcile.Source, style Style) html.Source {
	target := style.sourceURL(source)
	if !linkable().MatchString(target) {
		target = ""
	}
	return html.Source{Text: Safe(place(source)), URL: target}
}
