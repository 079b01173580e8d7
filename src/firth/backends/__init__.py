"""Where kernels run: worker threads of this process."""
