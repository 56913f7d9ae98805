"""How a register's file is taken in: columns, cells, chunks, who may send what."""
