package license
type Language string
const English Language = "en"
func (r *Reason) Text(Language) string { return string(r.Code) }
func (r *Reason) Remedy(Language) string { return "" }
