"""The core: what is told, to whom, and when. It imports no library outside its composition root."""
