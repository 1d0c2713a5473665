package simulator

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// xmlWriter writes answers as EC2 has done since 2025: no whitespace between
// elements, and an element without content as <name/>.
// (EC2 Developer Guide, response format notice of 2025-07-31)
type xmlWriter struct {
	bytes.Buffer
}

// element writes <name>…</name> around what content writes.
func (w *xmlWriter) element(name string, content func()) {
	start := w.Len()
	w.WriteString("<" + name + ">")
	inside := w.Len()
	content()
	if w.Len() == inside {
		w.Truncate(start)
		w.WriteString("<" + name + "/>")
		return
	}
	w.WriteString("</" + name + ">")
}

// root is element with a namespace.
func (w *xmlWriter) root(name, namespace string, content func()) {
	w.WriteString("<" + name + ` xmlns="` + namespace + `">`)
	content()
	w.WriteString("</" + name + ">")
}

// text writes an element that holds value.
func (w *xmlWriter) text(name, value string) {
	if value == "" {
		w.WriteString("<" + name + "/>")
		return
	}
	w.WriteString("<" + name + ">")
	xml.EscapeText(w, []byte(value)) // a bytes.Buffer never fails
	w.WriteString("</" + name + ">")
}

// optional is text that leaves out an empty value.
func (w *xmlWriter) optional(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *xmlWriter) bool(name string, value bool) { w.text(name, strconv.FormatBool(value)) }

func (w *xmlWriter) int(name string, value int) { w.text(name, strconv.Itoa(value)) }

const (
	xmlHeader      = `<?xml version="1.0" encoding="UTF-8"?>`
	xmlContentType = "text/xml;charset=UTF-8"
)
