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
			for _, other := range others {
				r.Places = append(r.Places, Safe(joined(" ", other.Image.Name, other.Image.ID)))
			}
		}
		remarks = append(remarks, r)
	}
	return remarks
}

// htmlIncomplete is what could not be read.
func htmlIncomplete(incomplete []reconcile.Incomplete, style Style) []html.Remark {
	var remarks []html.Remark
	for _, i := range incomplete {
		remarks = append(remarks, html.Remark{Label: Safe(cmp.Or(string(i.Kind), "unknown")), Tone: html.Warn,
			Text: Safe(failure(i.Action, i.Error)), Places: []string{Safe(style.unread(i))}, Hint: Safe(i.Hint)})
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

// htmlSource is a place in the manifests.
func htmlSource(source reconcile.Source, style Style) html.Source {
	return html.Source{Text: Safe(place(source)), URL: style.sourceURL(source)}
}
