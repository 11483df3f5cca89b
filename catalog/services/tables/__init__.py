"""Tables of prices, texts and stock that people take out, edit and send back."""
